import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { createHttpDataFiles } from './http-data-files.ts';

const server = createServer((request, response) => {
  if (request.url === '/data/pack/a.bin') response.end(Buffer.from([1, 2, 3]));
  else if (request.url === '/data/pack/page.bin') response.setHeader('content-type', 'text/html').end('<p>');
  else response.writeHead(404).end();
});
let baseUrl = '';

beforeAll(async () => {
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  baseUrl = `http://127.0.0.1:${(server.address() as AddressInfo).port}/data`;
});
afterAll(() => new Promise((resolve) => server.close(resolve)));

test('a served file comes back as bytes', async () => {
  expect([...(await createHttpDataFiles(baseUrl).read('pack/a.bin'))]).toEqual([1, 2, 3]);
});

test.each([
  ['pack/none.bin', /status 404/],
  ['pack/page.bin', /an HTML page/],
])('%s is missing', async (path, message) => {
  await expect(createHttpDataFiles(baseUrl).read(path)).rejects.toMatchObject({
    code: 'E_DATA_MISSING',
    message: expect.stringMatching(message),
  });
});

test('an unreachable server is named', async () => {
  await expect(createHttpDataFiles('http://127.0.0.1:1/').read('pack/a.bin')).rejects.toMatchObject({
    code: 'E_DATA_MISSING',
    message: expect.stringContaining('http://127.0.0.1:1/pack/a.bin'),
  });
});
