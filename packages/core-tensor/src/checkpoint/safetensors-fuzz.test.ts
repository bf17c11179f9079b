import { expect, test } from 'vitest';
import { fuzzSafetensors } from './fuzz-safetensors.test-support.ts';
import { decodeSafetensors } from './safetensors-decode.ts';
import type { SafetensorsDtype, SafetensorsEntry } from './safetensors-dtype.ts';

test('200 000 mutated files give the right tensors or E_SAFETENSORS, each within 50 ms', () => {
  const report = fuzzSafetensors(decodeSafetensors, 200_000, 32);
  expect(report.accepted).toBeGreaterThan(20_000);
  expect(report.refused).toBeGreaterThan(100_000);
  expect(report.slowestMs).toBeLessThan(50);
});

test('a reader that trusts JSON.parse fails the same fuzzing', () => {
  const trusting = (file: Uint8Array) => {
    const length = Number(new DataView(file.buffer, file.byteOffset).getBigUint64(0, true));
    const header = JSON.parse(new TextDecoder().decode(file.subarray(8, 8 + length)));
    const entries = new Map<string, SafetensorsEntry>();
    for (const name of Object.keys(header)) {
      const { dtype, shape, data_offsets: span } = header[name];
      const data = file.subarray(8 + length + span[0], 8 + length + span[1]);
      entries.set(name, { dtype: dtype as SafetensorsDtype, shape, data });
    }
    return entries;
  };
  expect(() => fuzzSafetensors(trusting, 1000, 32)).toThrow(/untyped error|read wrong/);
});
