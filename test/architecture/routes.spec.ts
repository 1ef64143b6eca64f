import { expect, it } from 'vitest';
import { PERMISSIONS } from '#contract';
import { filesOf, type Handler, handlersOf } from './source-files.js';

const ACCESS = ['Public', 'SignedIn', 'Requires'];
const RESPONSE = ['Returns', 'ReturnsNothing', 'ReturnsFile', 'ReturnsStream', 'ReturnsEvents'];
const handlers = filesOf('apps/api/**/*.controller.ts').flatMap(handlersOf);

const marksOf = (handler: Handler, names: readonly string[]) =>
  handler.marks.filter(({ name }) => names.includes(name));

function describeRoute(handler: Handler): string {
  const [method] = marksOf(handler, ['Get', 'Post', 'Put', 'Patch', 'Delete']);
  const path = [handler.prefix, method?.args[0] ?? ''].filter((part) => part !== '').join('/');
  const access = marksOf(handler, ACCESS).at(-1);
  const recent = marksOf(handler, ['RecentlyAuthenticated']).map(({ name, args }) =>
    [name, ...args].join(' '),
  );
  return [`${method?.name.toUpperCase()} /${path}`, access?.name, ...(access?.args ?? []), ...recent].join(
    ' ',
  );
}

it('finds the routes', () => {
  expect(handlers.length).toBeGreaterThan(25);
});

it('says of every route who may call it and what it answers (the boot refuses it otherwise)', () => {
  const unmarked = handlers.filter(
    (handler) => marksOf(handler, ACCESS).length === 0 || marksOf(handler, RESPONSE).length === 0,
  );
  expect(unmarked.map(({ place }) => place)).toEqual([]);
});

it('asks for permissions that exist', () => {
  const asked = handlers.flatMap((handler) =>
    marksOf(handler, ['Requires']).map(({ args }) => args[0] ?? ''),
  );
  expect(asked.filter((name) => !(name in PERMISSIONS))).toEqual([]);
});

it('opens no route by accident: who may call what is written down', () => {
  expect(handlers.map(describeRoute).sort()).toMatchSnapshot();
});
