import { readFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { gzipSync } from 'node:zlib';
import { describe, expect, it } from 'vitest';
import { useConsole } from '../support/browser.js';

const console = useConsole();
const BUILT = resolve(import.meta.dirname, '../../dist/console');

interface Chunk {
  file: string;
  isEntry?: boolean;
  imports?: string[];
}
const manifest = JSON.parse(readFileSync(join(BUILT, '.vite/manifest.json'), 'utf8')) as Record<
  string,
  Chunk
>;

/** The files that a page needs before it shows anything. */
function neededBy(name: string, found = new Set<string>()): Set<string> {
  const chunk = manifest[name];
  if (!chunk || found.has(chunk.file)) return found;
  found.add(chunk.file);
  for (const one of chunk.imports ?? []) neededBy(one, found);
  return found;
}
const kilobytes = (files: Iterable<string>) =>
  [...files].reduce((sum, file) => sum + gzipSync(readFileSync(join(BUILT, file))).length, 0) / 1000;

describe('the first load', () => {
  it('is under 250 kB of JavaScript, compressed', () => {
    const first = neededBy('index.html');
    process.stdout.write(`first load: ${kilobytes(first).toFixed(0)} kB gzipped in ${first.size} files\n`);
    expect(first.size).toBeGreaterThan(0);
    expect(kilobytes(first)).toBeLessThan(250);
  });

  it('leaves the charts for later', () => {
    const charts = Object.keys(manifest).find((name) => name.endsWith('overview/charts.tsx')) ?? '';
    const first = neededBy('index.html');
    const later = [...neededBy(charts)].filter((file) => !first.has(file));
    expect(kilobytes(later)).toBeGreaterThan(50);
  });

  it('is interactive in less than a second of processor time, whatever else the machine does', async () => {
    const page = await console.open('about:blank');
    const devtools = await page.context().newCDPSession(page);
    await devtools.send('Performance.enable', { timeDomain: 'threadTicks' });
    const from = performance.now();
    await page.goto(`${console.url}/sign-in`);
    await page.getByLabel('Username').fill('ada');
    const { metrics } = await devtools.send('Performance.getMetrics');
    const seconds = metrics.find(({ name }) => name === 'TaskDuration')?.value ?? Number.NaN;
    process.stdout.write(
      `sign-in interactive after ${(performance.now() - from).toFixed(0)} ms, ${(seconds * 1000).toFixed(0)} ms of them work\n`,
    );
    expect(seconds).toBeGreaterThan(0);
    expect(seconds).toBeLessThan(1);
  });
});

describe('the page', () => {
  const page = (path: string, accept = 'text/html') => console.product.http.get(path).set('accept', accept);

  it('has a strict policy: no inline script, and styles by a nonce that is never the same', async () => {
    const [one, two] = [await page('/'), await page('/sign-in')];
    const policy = String(one.headers['content-security-policy']);
    expect(policy).toContain("default-src 'none'");
    expect(policy).toContain("script-src 'self';");
    expect(policy).not.toContain('unsafe');
    const nonce = /'nonce-([\w-]{30,})'/.exec(policy)?.[1] ?? '';
    expect(one.text).toContain(`content="${nonce}"`);
    expect(two.text).not.toContain(nonce);
    expect(one.text).not.toMatch(/<script(?![^>]* src=)|<style| style="| on[a-z]+=/);
  });

  it('is asked for anew each time; its files are kept for ever, compressed', async () => {
    const { headers, text } = await page('/');
    expect(headers['cache-control']).toBe('no-cache');
    expect(headers['etag']).toBeUndefined();
    const script = /src="(\/assets\/[^"]+\.js)"/.exec(text)?.[1] ?? '';
    const file = await console.product.http.get(script).set('accept-encoding', 'gzip').expect(200);
    expect(file.headers).toMatchObject({
      'cache-control': 'public, max-age=31536000, immutable',
      'content-encoding': 'gzip',
    });
  });

  it.each([
    '/',
    '/p/ABCDE-FGHJK',
    '/reset?practiceId=A&username=b',
    '/settings/users?search=x&anything=else',
    '/audit',
  ])('is served at its own address %s, to anybody who asks', async (path) => {
    const { headers } = await page(path, '*/*').expect(200);
    expect(headers['content-type']).toBe('text/html; charset=utf-8');
  });

  it.each([
    '/api/v1/nothing',
    '/api',
    '/dev/nothing',
    '/health/nothing',
    '/assets/nothing.js',
    '/problems/nothing',
  ])('is never served at %s: that is a problem, for browsers too', async (path) => {
    const { headers } = await page(path).expect(404);
    expect(headers['content-type']).toContain('application/problem+json');
  });

  it('tells a browser that lost its way, and a program, that there is nothing', async () => {
    await page('/nowhere')
      .expect(404)
      .expect('content-type', /text\/html/);
    await page('/nowhere', 'application/json')
      .expect(404)
      .expect('content-type', /problem\+json/);
    await console.product.http.post('/settings/users').expect(405).expect('allow', 'GET, HEAD');
  });
});

it('every page of the console’s router is served', () => {
  const router = readFileSync(resolve(import.meta.dirname, '../../apps/console/frame/router.tsx'), 'utf8');
  const pages = readFileSync(resolve(import.meta.dirname, '../../apps/api/pages/console.ts'), 'utf8');
  const first = [...router.matchAll(/path: '\/([a-z-]+)/g)].map(([, segment = '']) => segment);
  const tabs = new Set(['users', 'practice', 'roles', 'templates']);
  const missing = first.filter(
    (segment) => !tabs.has(segment) && !pages.includes(`|${segment}`) && !pages.includes(`(?:${segment}`),
  );
  expect(first.length).toBeGreaterThan(8);
  expect(missing).toEqual([]);
});
