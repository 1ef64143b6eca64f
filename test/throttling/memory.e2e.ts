import { Redis } from 'ioredis';
import supertest from 'supertest';
import { describe, expect, it } from 'vitest';
import { type OpenedPractice, openPractice, PASSWORD } from '../support/practice.js';
import { type Product, startProduct } from '../support/product.js';
import { hasRedisServer, startRedis } from '../support/redis.js';

const trying =
  (http: Product['http'], { practiceId }: OpenedPractice) =>
  async (username: string, password: string, device?: string): Promise<number> => {
    const answer = await http
      .post('/api/v1/sessions')
      .set(device ? { 'x-latchkey-device': device } : {})
      .send({ practiceId, username, password });
    return answer.status;
  };
/** As many as cost no waiting. */
const WRONG = Array.from({ length: 10 }, (_, guess) => `wrong guess ${guess}`);

describe('guesses', () => {
  it('are remembered across a restart, and in every process', async () => {
    const product = await startProduct();
    const practice = await openPractice(product);
    const tryHere = trying(product.http, practice);
    for (const password of WRONG) expect(await tryHere('ada', password)).toBe(401);
    const restarted = await product.openApi();
    try {
      const tryThere = trying(supertest(restarted.getHttpServer()), practice);
      expect(await tryThere('ada', PASSWORD)).toBe(429);
      expect(await tryThere('ada', PASSWORD, practice.administrator.deviceToken)).toBe(201);
    } finally {
      await restarted.close();
      await product.stop();
    }
  });

  it.runIf(hasRedisServer())('are remembered when Redis is emptied, and when it is gone', async () => {
    const redis = await startRedis();
    const product = await startProduct({ env: { REDIS_URL: redis.url } });
    const client = new Redis(redis.url);
    try {
      const tryHere = trying(product.http, await openPractice(product));
      for (const password of WRONG) expect(await tryHere('ada', password)).toBe(401);
      await client.flushall();
      expect(await tryHere('ada', PASSWORD)).toBe(429);
      client.disconnect();
      await redis.stop();
      expect(await tryHere('ada', PASSWORD)).toBe(429);
      expect(await tryHere('nobody', PASSWORD)).toBe(401);
    } finally {
      client.disconnect();
      await product.stop();
      await redis.stop();
    }
  });
});

describe('request counts', () => {
  it('hold in the process that made them while the database does not take them', async () => {
    const product = await startProduct({ env: { RATE_LIMIT_FACTOR: '0.005' } });
    try {
      const practice = await openPractice(product);
      await product.database.query('revoke insert on request_counts from latchkey_api');
      const tryHere = trying(product.http, practice);
      for (let name = 0; name < 5; name += 1) expect(await tryHere(`nobody${name}`, PASSWORD)).toBe(401);
      expect(await tryHere('nobody-else', PASSWORD)).toBe(429);
      expect(await tryHere('ada', PASSWORD, practice.administrator.deviceToken)).toBe(201);
    } finally {
      await product.stop();
    }
  });
});
