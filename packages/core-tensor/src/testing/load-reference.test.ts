import { expect, test } from 'vitest';
import { loadReference } from './load-reference.ts';

test('a JSON file gives what it holds', async () => {
  const rates = await loadReference<Record<string, unknown>>('blocks/learning_rates.json');
  expect(Object.keys(rates).length).toBeGreaterThan(0);
});

test('a safetensors file gives its tensors by name, with shapes', async () => {
  const blocks = await loadReference('blocks/blocks.safetensors');
  const weight = blocks.get('attention_group_norm_residual.w.to_k.weight')!;
  expect(weight.shape).toEqual([12, 12]);
  expect(weight.data).toBeInstanceOf(Float32Array);
  expect(weight.data.length).toBe(144);
  expect(weight.data.every(Number.isFinite)).toBe(true);
});

test('an absent file is named', async () => {
  await expect(loadReference('blocks/none.json')).rejects.toThrow('fixtures/reference/blocks/none.json');
});
