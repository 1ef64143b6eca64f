import type { Server } from 'node:http';
import { type AddressInfo, connect, type Socket } from 'node:net';
import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest';
import { fileOf, HEADER, importFile, lineFor, upload } from '../support/imports.js';
import { type OpenedPractice, openPractice } from '../support/practice.js';
import { expectFault, expectProblem } from '../support/problems.js';
import { type Product, startProduct } from '../support/product.js';

let product: Product;
let practice: OpenedPractice;
let headers: { authorization: string };
beforeAll(async () => {
  product = await startProduct();
  practice = await openPractice(product);
  headers = practice.administrator.headers;
});
afterAll(() => product.stop());

describe('a file', () => {
  it('is refused as a whole when it is another than it says', async () => {
    const refused = async (file: string | Buffer, pointer: string, code: string) =>
      expectFault(await upload(product, headers, file), pointer, code);
    await refused('', '/header', 'csv_header');
    await refused('username;displayName;email;roles\n', '/header', 'csv_header');
    await refused(`${HEADER},locale\n${lineFor('x')},en`, '/header', 'csv_header');
    await refused(`email,displayName,username,roles\n`, '/header', 'csv_header');
    await refused(`${HEADER}\n`, '/rows', 'no_rows');
    await refused(Buffer.from(fileOf('josé,José,j@x.example,staff'), 'latin1'), '', 'csv_encoding');
    await refused(Buffer.from(fileOf(lineFor('x')), 'utf16le'), '', 'csv_encoding');
    await refused(fileOf(lineFor('x'), 'a,"b,c@x.example,staff'), '/rows/3', 'csv_syntax');
    await refused(fileOf(`a,${'b'.repeat(5_000)},c@x.example,staff`), '/rows/2', 'csv_syntax');
    await refused(fileOf(...Array.from({ length: 20_001 }, (_, nth) => `u${nth}`)), '/rows', 'too_many_rows');
  });

  it('is 413 above ten megabytes, said or found out', async () => {
    const large = `${HEADER}\n${'x'.repeat(10 * 1024 * 1024)}`;
    expectProblem(await upload(product, headers, large), 413, 'payload_too_large');
  });

  it('is CSV in UTF-8 or 415; and no other route takes one', async () => {
    for (const type of [
      'text/csv; charset=latin1',
      'application/json',
      'text/plain',
      'application/vnd.ms-excel',
    ]) {
      const answer = await upload(product, { ...headers, 'content-type': type }, '{}');
      expectProblem(answer, 415, 'unsupported_media_type');
    }
    const type = { 'content-type': 'text/csv; charset="UTF-8"; header=present' };
    expect((await upload(product, { ...headers, ...type }, fileOf(lineFor('carl')))).status).toBe(202);
    for (const path of ['users', 'sessions', 'roles']) {
      const other = product.http.post(`/api/v1/${path}`).set({ ...headers, 'content-type': 'text/csv' });
      expectProblem(await other.send(fileOf(lineFor('x'))), 415, 'unsupported_media_type');
    }
  });

  it('sent again with its Idempotency-Key is imported once, another one under the key is refused', async () => {
    const keyed = { ...headers, 'idempotency-key': 'the-same-file' };
    const first = await upload(product, keyed, fileOf(lineFor('dora')));
    const again = await upload(product, keyed, fileOf(lineFor('dora')));
    expect(again.headers['idempotency-replayed']).toBe('true');
    expect(again.body.id).toBe(first.body.id);
    expectProblem(await upload(product, keyed, fileOf(lineFor('eric'))), 422, 'idempotency_key_reused');
    const dry = await upload(product, keyed, fileOf(lineFor('dora')), { dryRun: 'true' });
    expectProblem(dry, 422, 'idempotency_key_reused');
  });

  it('has a template that can be imported as it is', async () => {
    const template = await product.http.get('/api/v1/user-imports/template').set(headers).expect(200);
    expect(template.headers['content-type']).toMatch(/^text\/csv/);
    expect((await importFile(product, headers, template.text, { dryRun: 'true' })).created).toBe(1);
  });

  it('gives back what failed, as it was and safe for a spreadsheet', async () => {
    const { id } = await importFile(
      product,
      headers,
      fileOf(lineFor('frida'), `bad name,"=HYPERLINK(""http://evil.example"")",@x,+staff`),
    );
    const failed = await product.http.get(`/api/v1/user-imports/${id}/failed-rows`).set(headers).expect(200);
    const [first, second, ...more] = failed.text.trimEnd().split('\r\n');
    expect(first).toBe(`${HEADER},reason`);
    expect(second).toMatch(/^bad name,"'=HYPERLINK\(""http:\/\/evil.example""\)",'@x,'\+staff,/);
    expect(more).toEqual([]);
  });

  it('of what failed is mended and sent again as it is', async () => {
    const failing = fileOf(
      'heidi,"=Heidi",heidi@import.example,@nobody',
      'ivan,Ivan,ivan@import.example,nobody',
    );
    const { id } = await importFile(product, headers, failing);
    const { text } = await product.http
      .get(`/api/v1/user-imports/${id}/failed-rows`)
      .set(headers)
      .expect(200);
    const again = await importFile(
      product,
      headers,
      text.replace("'@nobody", 'staff').replace(',nobody,', ',staff,'),
    );
    expect(again).toMatchObject({ total: 2, created: 2, failed: 0 });
    const { body } = await product.http
      .get('/api/v1/users')
      .query({ search: 'heidi' })
      .set(headers)
      .expect(200);
    expect(body.items).toMatchObject([{ username: 'heidi', displayName: '=Heidi' }]);
  });

  it('is paged by line where that is asked for', async () => {
    const { id } = await importFile(product, headers, fileOf(lineFor('g1'), lineFor('g2'), lineFor('g3')), {
      dryRun: 'true',
    });
    const page = async (query: object) =>
      (await product.http.get(`/api/v1/user-imports/${id}`).query(query).set(headers).expect(200)).body;
    const first = await page({ limit: 2 });
    expect(first.rows.map(({ line }: { line: number }) => line)).toEqual([2, 3]);
    const second = await page({ limit: 2, cursor: first.nextCursor });
    expect(second).toMatchObject({ rows: [{ line: 4 }], nextCursor: null });
    expect((await page({ outcome: 'failed' })).rows).toEqual([]);
  });
});

/** An upload that is not finished, as its sender sees it. */
interface Begun {
  socket: Socket;
  answer: () => string;
}

describe('an upload whose last byte does not come', () => {
  const FILE = fileOf(lineFor('slow'));
  const connections = new Map<number | undefined, Socket>();
  let server: Server;
  let elm: OpenedPractice;
  let oak: OpenedPractice;
  beforeAll(async () => {
    await product.app.listen(0, '127.0.0.1');
    server = product.app.getHttpServer();
    server.on('connection', (socket: Socket) => connections.set(socket.remotePort, socket));
    [elm, oak] = [await openPractice(product), await openPractice(product)];
  });

  function begin({ administrator }: OpenedPractice): Begun {
    const { port } = server.address() as AddressInfo;
    let heard = '';
    // Who does not hang up when the other end does.
    const socket = connect({ port, host: '127.0.0.1', allowHalfOpen: true }).setEncoding('latin1');
    socket
      .on('error', () => undefined)
      .on('data', (part: string) => {
        heard += part;
      });
    const head = [
      'POST /api/v1/user-imports?dryRun=true HTTP/1.1',
      'host: 127.0.0.1',
      `authorization: ${administrator.headers.authorization}`,
      'content-type: text/csv',
      `content-length: ${FILE.length}`,
    ];
    socket.write(`${head.join('\r\n')}\r\n\r\n${FILE.slice(0, -1)}`);
    return { socket, answer: () => heard };
  }

  /** So many at the same moment, of which so many are told to come again: the others hold a place. */
  async function beginSome(of: OpenedPractice, count: number, told: number): Promise<Begun[]> {
    const all = Array.from({ length: count }, () => begin(of));
    const answered = () => all.filter(({ answer }) => answer() !== '');
    await vi.waitFor(() => expect(answered()).toHaveLength(told), 10_000);
    for (const { answer, socket } of answered()) {
      expect(answer()).toMatch(/^HTTP\/1\.1 503 [^]*\r\nretry-after: 3\r\n[^]*"overloaded"/);
      socket.destroy();
    }
    return all.filter(({ answer }) => answer() === '');
  }

  const statusOf = async (by: OpenedPractice, file = FILE) =>
    (await upload(product, by.administrator.headers, file, { dryRun: 'true' })).status;
  const becomes = (status: number, by: OpenedPractice) =>
    vi.waitFor(async () => expect(await statusOf(by)).toBe(status), 10_000);

  it('has a place, of which a practice has three and the process six, until it ends in whatever way', async () => {
    const ofElm = await beginSome(elm, 5, 2);
    const ofOak = await beginSome(oak, 5, 2);
    await becomes(503, practice);

    const [finished, left, late] = ofElm as [Begun, Begun, Begun];
    finished.socket.write(FILE.slice(-1));
    await vi.waitFor(() => expect(finished.answer()).toMatch(/^HTTP\/1\.1 202 /), 10_000);
    // What is refused for what it is gives its place back as well.
    for (let nth = 0; nth < 7; nth += 1) expect(await statusOf(practice, 'no file of users')).toBe(422);
    const inItsPlace = await beginSome(practice, 2, 1);

    left.socket.destroy();
    await becomes(202, practice);
    inItsPlace.push(...(await beginSome(practice, 2, 1)));

    // Node's own words when `requestTimeout` is over.
    const timeout = Object.assign(new Error('Request timeout'), { code: 'ERR_HTTP_REQUEST_TIMEOUT' });
    server.emit('clientError', timeout, connections.get(late.socket.localPort));
    await vi.waitFor(() => expect(late.answer()).toMatch(/^HTTP\/1\.1 408 /), 10_000);
    await becomes(202, practice);
    for (const { socket } of [...ofElm, ...ofOak, ...inItsPlace]) socket.destroy();
  });
});
