import { type BackendName, createRandomStream, type ParameterTree, tf } from '@tintype/core-tensor';
import {
  describeOnBackends,
  loadReference,
  type ReferenceTensor,
  type ReferenceTensors,
} from '@tintype/core-tensor/testing';
import { expect, test } from 'vitest';
import { readDiffusersUNet2dCondition } from '../diffusers/unet-condition-config.ts';
import { createUNet2dCondition, type UNet2dCondition } from './unet-2d-condition.ts';

interface ReferenceCalls {
  readonly calls: readonly { prefix: string; timestep: number; weight_gradients: string[] }[];
}

const folder = 'models/unet2d_condition_basic';

/** Output, loss and gradients recorded from diffusers, replayed with the recorded weights. */
export function describeConditionReference(options: { backends?: readonly BackendName[] } = {}): void {
  describeOnBackends(
    'the U-Net with cross-attention against diffusers',
    () => {
      test('output, loss and gradients of unet2d_condition_basic', replayCalls);
    },
    options,
  );
}

async function replayCalls(): Promise<void> {
  const config = readDiffusersUNet2dCondition(await loadReference(`${folder}/config.json`));
  const model = createUNet2dCondition(config, createRandomStream(0));
  assign(model.parameters, await loadReference(`${folder}/diffusion_pytorch_model.safetensors`));
  const { calls } = await loadReference<ReferenceCalls>(`${folder}/io.json`);
  const io = await loadReference(`${folder}/io.safetensors`);
  for (const call of calls) await replayCall(model, call, io);
  model.dispose();
}

async function replayCall(
  model: UNet2dCondition,
  { prefix, timestep, weight_gradients: names }: ReferenceCalls['calls'][number],
  io: ReferenceTensors,
): Promise<void> {
  const recorded = (name: string) => toNhwc(io.get(`${prefix}${name}`)!);
  const [sample, target, tokens] = [
    recorded('sample'),
    recorded('target'),
    recorded('encoder_hidden_states'),
  ];
  const t = tf.tensor1d([timestep], 'float32');
  const predict = (x: tf.Tensor, encoderHiddenStates: tf.Tensor) =>
    model.predict(x as tf.Tensor4D, t, { condition: { encoderHiddenStates } }).prediction;
  const lossOf = (x: tf.Tensor, context: tf.Tensor) =>
    tf.squaredDifference(predict(x, context), target).mean() as tf.Scalar;

  await expect(predict(sample, tokens)).toBeAllClose(recorded('output'), { rtol: 1e-4, atol: 1e-5 });
  await expect(lossOf(sample, tokens)).toBeAllClose(recorded('loss'), { rtol: 1e-5, atol: 1e-6 });
  // Negative control: a net that does not look at its tokens gives something else.
  await expect(predict(sample, tokens.zerosLike())).not.toBeAllClose(recorded('output'), { rtol: 1e-2 });

  const tolerance = { rtol: 1e-3, atol: 1e-6 };
  const [bySample, byTokens] = tf.grads(lossOf)([sample, tokens]);
  await expect(bySample!).toBeAllClose(recorded('grad.sample'), tolerance);
  await expect(byTokens!).toBeAllClose(recorded('grad.encoder_hidden_states'), tolerance);
  const variables = names.map((name) => model.parameters.get(name)!.variable);
  const { grads } = tf.variableGrads(() => lossOf(sample, tokens), variables);
  for (const name of names) {
    const { variable, layout } = model.parameters.get(name)!;
    const expected = toMemory(io.get(`${prefix}grad.${name}`)!, layout);
    await expect(grads[variable.name]!, name).toBeAllClose(expected, tolerance);
  }
}

/** Every recorded weight has its parameter and the other way round, by name. */
function assign(parameters: ParameterTree, weights: ReferenceTensors): void {
  expect([...parameters.keys()].sort()).toEqual([...weights.keys()].sort());
  for (const [name, { variable, layout }] of parameters)
    variable.assign(toMemory(weights.get(name)!, layout));
}

function toMemory({ data, shape }: ReferenceTensor, layout: string): tf.Tensor {
  const tensor = tf.tensor(data, [...shape], 'float32');
  if (layout === 'conv') return tensor.transpose([2, 3, 1, 0]);
  return layout === 'linear' ? tensor.transpose() : tensor;
}

/** Maps [b, c, h, w] → [b, h, w, c]; tokens and numbers as they are. */
function toNhwc({ data, shape }: ReferenceTensor): tf.Tensor {
  const tensor = tf.tensor(data, [...shape], 'float32');
  return shape.length === 4 ? tensor.transpose([0, 2, 3, 1]) : tensor;
}
