import { basename } from 'node:path';
import { describe, expect, it } from 'vitest';
import { filesOf, read } from './source-files.js';

const LONGEST_LINES = 300;
const HOUSE = '{apps,libs,migrations,test}/**/*.{ts,js,css,html}';
const DRAWERS = new Set([
  'base',
  'common',
  'constants',
  'core',
  'generic',
  'helper',
  'helpers',
  'interfaces',
  'misc',
  'shared',
  'types',
  'util',
  'utils',
]);

describe('the house', () => {
  it('has no drawer for whatever belongs nowhere', () => {
    const found = filesOf(HOUSE).filter((path) =>
      path.split('/').some((part) => part.split('.').some((word) => DRAWERS.has(word))),
    );
    expect(found).toEqual([]);
  });

  it('has no file that nobody reads to the end', () => {
    const long = filesOf(HOUSE)
      .map((path) => ({ path, lines: read(path).split('\n').length - 1 }))
      .filter(({ lines }) => lines > LONGEST_LINES);
    expect(long).toEqual([]);
  });

  it('has one door per lib and no other index', () => {
    const doors = filesOf('{apps,libs,migrations,test}/**/index.ts');
    const allowed = /^libs\/[a-z]+\/index\.ts$|^migrations\/index\.ts$/;
    expect(doors.filter((path) => !allowed.test(path))).toEqual([]);
  });

  it('keeps libs flat: a lib that needs folders is two libs', () => {
    expect(filesOf('libs/*/*/**/*.ts')).toEqual([]);
  });

  it('names no file a service: that is where everything ends up', () => {
    expect(filesOf('{apps,libs}/**/*.service.ts')).toEqual([]);
  });

  it('gives commands a shell: only what is a process itself looks at its own', () => {
    const processes = /\/(?:main|run-process|start|supervisor|with-product|follow)\.ts$/;
    const found = filesOf('apps/cli/**/*.ts').filter(
      (path) => !processes.test(path) && /(?<![-\w])process\.|loadConfig\(\)/.test(read(path)),
    );
    expect(found).toEqual([]);
  });
});

describe.each(filesOf('libs/*/index.ts'))('the door %s', (door) => {
  const text = read(door);

  it('begins by saying what it owns, hides and promises', () => {
    const opening = text.split('\n').findIndex((line) => !line.startsWith('//'));
    expect(opening).toBeGreaterThanOrEqual(2);
    expect(text).toMatch(/^\/\/ Promises: /m);
  });

  it('lists every name and does nothing else', () => {
    expect(text).not.toMatch(/export \*|export default|import /);
    const statements = text.replace(/^\/\/.*$/gm, '').split(';');
    for (const statement of statements) {
      expect(statement.trim()).toMatch(/^(?:export (?:type )?\{[\s\S]*\} from '\.\/[a-z0-9.-]+\.js')?$/);
    }
  });
});

it('has a spec, a walk or an end-to-end test for every subject under test/', () => {
  const folders = new Set(filesOf('test/*/*.ts').map((path) => path.split('/')[1]));
  for (const folder of folders) {
    if (folder === 'support') continue;
    const names = filesOf(`test/${folder}/**/*.ts`).map((path) => basename(path));
    expect(
      names.some((name) => /\.(?:spec|e2e)\.ts$/.test(name)),
      `test/${folder}`,
    ).toBe(true);
  }
});
