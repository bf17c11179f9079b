import { tf } from '@tintype/backend';
import { describeOnBackends } from '@tintype/backend/testing';
import { expect, test } from 'vitest';
import { createParameters } from '../parameters/create-parameters.ts';
import { createRandomStream } from '../random/create-random-stream.ts';
import { assertAllClose } from '../testing/to-be-all-close.ts';
import { checkGradients, gradientsOf } from './check-gradients.test-support.ts';
import { drawInput, type LayerCase, layerCases } from './layer-cases.test-support.ts';

/** What cpu computed; its block runs first, and finite differences hold it to account in layers.test.ts. */
const references = new Map<string, readonly Float32Array[]>();

describeOnBackends(
  'outputs and first gradients',
  (backend) => {
    for (const layerCase of layerCases) {
      test(`${layerCase.name} agrees with cpu to 1e-4`, async () => {
        const values = await outputAndGradients(layerCase);
        if (backend === 'cpu') {
          references.set(layerCase.name, values);
          return;
        }
        const expected = references.get(layerCase.name)!;
        expect(values.length).toBe(expected.length);
        values.forEach((value, i) => {
          assertAllClose(value, expected[i]!, { rtol: 1e-4, atol: 1e-6 });
        });
      });
    }
  },
  { backends: ['cpu', 'wasm', 'webgpu'] },
);

describeOnBackends(
  'derivatives',
  () => {
    for (const { name, inputShape, create, hasKink } of layerCases) {
      test(`${name}: first and second order agree with finite differences`, async () => {
        const rng = createRandomStream(name);
        const { scope, parameters, dispose } = createParameters(rng.fork('init'));
        const layer = create(scope);
        const variables = [...parameters.values()].filter((e) => e.isTrainable).map((e) => e.variable);
        const input = tf.tidy(() => drawInput(rng, inputShape, hasKink));
        for (const order of [1, 2] as const) {
          const check = await checkGradients(layer, input, variables, order);
          expect(check, JSON.stringify(check)).toMatchObject({ isRight: true });
        }
        input.dispose();
        dispose();
      });
    }
  },
  { backends: ['webgpu'] },
);

test('the comparison notices a difference of one per mille', () => {
  const values = references.get('linear')![0]!;
  expect(() =>
    assertAllClose(
      values.map((x) => x * 1.001),
      values,
      { rtol: 1e-4, atol: 1e-6 },
    ),
  ).toThrow();
});

/** y, then the gradients of Σ c·y by the input and every trainable parameter. */
async function outputAndGradients({ name, inputShape, create, hasKink }: LayerCase): Promise<Float32Array[]> {
  const rng = createRandomStream(name);
  const { scope, parameters, dispose } = createParameters(rng.fork('init'));
  const layer = create(scope);
  const variables = [...parameters.values()].filter((e) => e.isTrainable).map((e) => e.variable);
  const tensors = tf.tidy(() => {
    const input = drawInput(rng, inputShape, hasKink);
    const output = layer(input);
    const cotangent = rng.fork('cotangent').normal(output.shape);
    return [output, ...gradientsOf(() => tf.sum(tf.mul(layer(input), cotangent)), [input, ...variables])];
  });
  const values = await Promise.all(tensors.map((tensor) => tensor.data() as Promise<Float32Array>));
  tf.dispose(tensors);
  dispose();
  return values;
}
