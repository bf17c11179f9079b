import { expect, test } from 'vitest';
import { fuzzSafetensors } from './fuzz-safetensors.test-support.ts';
import { decodeSafetensors } from './safetensors-decode.ts';

test('10 million mutated files give the right tensors or E_SAFETENSORS, each within 50 ms', () => {
  const report = fuzzSafetensors(decodeSafetensors, 10_000_000, 1932);
  expect(report.slowestMs).toBeLessThan(50);
  expect(report.accepted + report.refused).toBe(10_000_000);
});
