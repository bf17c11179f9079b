import { createHash } from 'node:crypto';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { parseSafetensorsHeader } from '@tintype/core-tensor';
import type { DataFiles } from '@tintype/datasets';
import { afterAll, expect, test } from 'vitest';
import { describeFeatures, runFeatures } from './run-features.ts';

const folder = mkdtempSync(join(tmpdir(), 'tintype-features-test-'));
afterAll(() => rmSync(folder, { recursive: true, force: true }));

const count = 80;

/** Images of noise with labels in turn, as IDX files. */
const noise: DataFiles = {
  async read(path) {
    const isImages = path.endsWith('idx3-ubyte');
    const sizes = isImages ? [count, 28, 28] : [count];
    const length = sizes.reduce((product, size) => product * size);
    const bytes = new Uint8Array(4 + sizes.length * 4 + length);
    bytes.set([0, 0, 8, sizes.length]);
    for (const [i, size] of sizes.entries()) new DataView(bytes.buffer).setUint32(4 + i * 4, size);
    const values = Uint8Array.from({ length }, (_, i) => (isImages ? (i * i * 7919) % 251 : i % 10));
    bytes.set(values, 4 + sizes.length * 4);
    return bytes;
  },
};

const run = (threads: number, seed = 0) => {
  const out = join(folder, `${threads}-${seed}`);
  const options = { data: 'mnist', seed, steps: 3, threads, out, isJson: true, isHelp: false } as const;
  return runFeatures(options, { out: () => {}, note: () => {} }, noise);
};

test('writes the file that it reports, the same bytes with any number of threads', async () => {
  const report = await run(1);
  const bytes = readFileSync(report.file);
  expect(report).toMatchObject({ data: 'mnist', seed: 0, steps: 3, testImages: count, bytes: bytes.length });
  expect(report.file).toBe(join(folder, '1-0', 'mnist.safetensors'));
  expect(report.sha256).toBe(createHash('sha256').update(bytes).digest('hex'));
  expect(parseSafetensorsHeader(bytes).metadata.get('accuracy')).toBe(String(report.accuracy));
  expect(describeFeatures(report)).toContain(report.sha256);
  expect((await run(2)).sha256).toBe(report.sha256);
  expect((await run(1, 1)).sha256).not.toBe(report.sha256);
});
