import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { operationsOf } from '../support/api-description.js';
import { type Product, startProduct } from '../support/product.js';
import { crossByPath, isShared } from './crossing.js';
import { type Furnished, openTwoPractices } from './two-practices.js';
import { expectOwnWorkOnly, expectWall } from './wall.js';

let product: Product;
let mine: Furnished;
let theirs: Furnished;
beforeAll(async () => {
  product = await startProduct();
  ({ mine, theirs } = await openTwoPractices(product));
});
afterAll(() => product.stop());

describe('a walk of every route by the administrator of another practice', () => {
  it('finds no way across: by path, field, list, filter or cursor', async () => {
    await expectWall(product, mine, theirs);
  });

  it('is of every route with an object in its path', async () => {
    const described = (await operationsOf(product)).filter(
      (operation) => operation.path.includes('{') && !isShared(operation),
    );
    const walked = await crossByPath(product, mine.administrator.headers, theirs);
    expect(walked.map(({ name }) => name)).toEqual(described.map(({ name }) => name));
  });

  it('refuses what the owner is given: the objects are real and the bodies are good', async () => {
    const own = await crossByPath(product, theirs.administrator.headers, theirs);
    const refused = own.filter(({ response }) => [401, 403, 404, 422].includes(response.status));
    expect(refused.map(({ name, response }) => `${name}: ${response.text}`)).toEqual([]);
  });
});

it('whatever is done in one practice touches no row of another', async () => {
  await product.startWorker();
  ({ mine, theirs } = await openTwoPractices(product));
  await expectOwnWorkOnly(product, mine, theirs);
});
