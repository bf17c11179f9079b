import { selectBackend, tf } from '@tintype/backend';
import { beforeAll, expect, test } from 'vitest';
import type { ParameterTree } from '../parameters/parameter-tree.ts';
import { loadWeights, readWeights } from './load-weights.ts';
import type { SafetensorsEntry } from './safetensors-dtype.ts';
import { safetensorsEntry } from './safetensors-values.ts';

beforeAll(async () => {
  await selectBackend({ backend: 'cpu' });
});

function createModel(): ParameterTree {
  return new Map([
    ['conv.weight', { variable: tf.variable(tf.zeros([1, 2, 3, 1])), isTrainable: true, layout: 'conv' }],
    ['fc.weight', { variable: tf.variable(tf.zeros([2, 3])), isTrainable: true, layout: 'linear' }],
    ['steps', { variable: tf.variable(tf.zeros([], 'int32')), isTrainable: false, layout: 'plain' }],
  ]);
}

const file = (): Map<string, SafetensorsEntry> =>
  new Map([
    ['conv.weight', safetensorsEntry(Float32Array.of(1, 2, 3, 4, 5, 6), [1, 3, 1, 2])],
    [
      'fc.weight',
      {
        dtype: 'BF16',
        shape: [3, 2],
        data: new Uint8Array(Uint16Array.of(0x3f80, 0x4000, 0x4040, 0x4080, 0x40a0, 0x40c0).buffer),
      },
    ],
    ['steps', { dtype: 'I64', shape: [], data: new Uint8Array(BigInt64Array.of(41n).buffer) }],
  ]);

const valuesOf = (parameters: ParameterTree) =>
  Object.fromEntries([...parameters].map(([name, { variable }]) => [name, [...variable.dataSync()]]));

test('weights in PyTorch layouts and any precision are loaded', () => {
  const model = createModel();
  const before = tf.memory().numTensors;
  const { loaded, skipped } = loadWeights(model, file());
  expect(tf.memory().numTensors).toBe(before);
  expect(loaded).toEqual(['conv.weight', 'fc.weight', 'steps']);
  expect(skipped).toEqual({ missing: [], unexpected: [], mismatched: [] });
  // [out, in, kh, kw] 1 2 | 3 4 | 5 6 → [kh, kw, in, out]; [out, in] → [in, out].
  expect(valuesOf(model)).toEqual({
    'conv.weight': [1, 3, 5, 2, 4, 6],
    'fc.weight': [1, 3, 5, 2, 4, 6],
    steps: [41],
  });
});

test('what was read out of a model loads into another', async () => {
  const [one, two] = [createModel(), createModel()];
  loadWeights(one, file());
  const entries = await readWeights(one);
  expect(entries.get('conv.weight')!.shape).toEqual([1, 3, 1, 2]);
  loadWeights(two, entries);
  expect(valuesOf(two)).toEqual(valuesOf(one));
});

test('strict by default: a file of another model is refused and nothing changes', () => {
  const model = createModel();
  const entries = file().set('extra', safetensorsEntry(Float32Array.of(1), [1]));
  entries.set('conv.weight', safetensorsEntry(Float32Array.of(1, 2), [1, 1, 1, 2]));
  entries.delete('steps');
  const loading = () => loadWeights(model, entries, { where: 'model.safetensors' });
  expect(loading).toThrow(expect.objectContaining({ code: 'E_CHECKPOINT_MISMATCH' }));
  expect(loading).toThrow(
    /^model\.safetensors: .*1 missing: steps; 1 unexpected: extra; 1 of another shape or type: conv\.weight \(got tensor \[1, 1, 1, 2\], expected tensor \[1, 3, 1, 2\]\)/,
  );
  expect(valuesOf(model)['fc.weight']).toEqual([0, 0, 0, 0, 0, 0]);
});

test('not strict: what fits is loaded and the rest reported', () => {
  const model = createModel();
  const entries = file().set('extra', safetensorsEntry(Float32Array.of(1), [1]));
  entries.set('conv.weight', safetensorsEntry(Float32Array.of(1, 2), [1, 1, 1, 2]));
  entries.delete('steps');
  const { loaded, skipped } = loadWeights(model, entries, { strict: false });
  expect(loaded).toEqual(['fc.weight']);
  expect(skipped.missing).toEqual(['steps']);
  expect(skipped.unexpected).toEqual(['extra']);
  expect(skipped.mismatched.map(({ name }) => name)).toEqual(['conv.weight']);
  expect(valuesOf(model)['fc.weight']).toEqual([1, 3, 5, 2, 4, 6]);
});

test('a value that does not convert is refused before anything changes', () => {
  const model = createModel();
  const entries = file().set('steps', safetensorsEntry(Float32Array.of(1), []));
  expect(() => loadWeights(model, entries)).toThrow(expect.objectContaining({ code: 'E_SAFETENSORS' }));
  expect(valuesOf(model)['conv.weight']).toEqual([0, 0, 0, 0, 0, 0]);
});
