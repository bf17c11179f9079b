import { tf } from '@tintype/backend';
import { describeOnBackends } from '@tintype/backend/testing';
import { expect, test } from 'vitest';
import { silu } from '../layers/activations.ts';
import { createParameters, type ParameterScope } from '../parameters/create-parameters.ts';
import { createRandomStream } from '../random/create-random-stream.ts';
import { loadReference, type ReferenceTensor } from '../testing/load-reference.ts';
import '../testing/to-be-all-close.ts';
import { createAttentionBlock } from './attention-block.ts';
import { createResnetBlock } from './resnet-block.ts';

type Forward = (inputs: readonly tf.Tensor[]) => tf.Tensor;

/** Output and input gradients of a block, with diffusers' weights by name. */
async function replay(name: string, create: (scope: ParameterScope) => Forward): Promise<void> {
  const recorded = await loadReference('blocks/blocks.safetensors');
  const at = (key: string) => recorded.get(`${name}.${key}`);
  const { scope, parameters, dispose } = createParameters(createRandomStream(0));
  const forward = create(scope);
  for (const [key, { variable, layout }] of parameters) variable.assign(toMemory(at(`w.${key}`)!, layout));
  const inputs = ['in0', 'in1'].flatMap((key) => (at(key) ? [toMemory(at(key)!, 'image')] : []));
  const cotangent = toMemory(at('cotangent')!, 'image');
  expect(forward(inputs)).toBeAllClose(toMemory(at('out')!, 'image'), { rtol: 1e-5, atol: 1e-5 });
  const gradients = tf.grads((...xs: tf.Tensor[]) => forward(xs).mul(cotangent).sum())([...inputs]);
  gradients.forEach((gradient, i) => {
    expect(gradient).toBeAllClose(toMemory(at(`grad_in${i}`)!, 'image'), { rtol: 1e-4, atol: 1e-6 });
  });
  dispose();
}

function toMemory({ data, shape }: ReferenceTensor, layout: string): tf.Tensor {
  const tensor = tf.tensor(data, [...shape], 'float32');
  if (layout === 'conv') return tensor.transpose([2, 3, 1, 0]);
  if (layout === 'linear') return tensor.transpose();
  return layout === 'image' && shape.length === 4 ? tensor.transpose([0, 2, 3, 1]) : tensor;
}

const resnet =
  (normGroups: number) =>
  (scope: ParameterScope): Forward => {
    const block = createResnetBlock(scope, {
      inChannels: 4,
      outChannels: 12,
      timeChannels: 10,
      normGroups,
      normEpsilon: 1e-6,
      timeConditioning: 'add',
      dropout: 0,
    });
    return ([x, time]) => block(x as tf.Tensor4D, silu(time as tf.Tensor2D));
  };

describeOnBackends('blocks against diffusers', () => {
  test('ResnetBlock2D with a time embedding', () => replay('resnet_default', resnet(2)));

  test('Attention with group norm and residual, which the recording rescales by 1.3', () =>
    replay('attention_group_norm_residual', (scope) => {
      const block = createAttentionBlock(scope, {
        channels: 12,
        headDim: 6,
        normGroups: 4,
        normEpsilon: 1e-6,
      });
      return ([x]) => block(x as tf.Tensor4D).div(1.3);
    }));

  test('another number of groups does not pass', async () => {
    await expect(replay('resnet_default', resnet(4))).rejects.toThrow(/toBeAllClose/);
  });
});
