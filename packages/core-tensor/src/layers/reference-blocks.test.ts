import { tf } from '@tintype/backend';
import { describeOnBackends } from '@tintype/backend/testing';
import { expect, test } from 'vitest';
import type { ParameterScope } from '../parameters/create-parameters.ts';
import '../testing/to-be-all-close.ts';
import { createAttention } from './attention.ts';
import { createBatchNorm } from './batch-norm.ts';
import { createConvTranspose2d } from './conv-transpose2d.ts';
import { createConv2d } from './conv2d.ts';
import { createGroupNorm } from './group-norm.ts';
import { createInstanceNorm } from './instance-norm.ts';
import { replayBlock } from './reference-block.test-support.ts';
import { createTimeEmbedding } from './time-embedding.ts';
import { createDownsample } from './up-down-sampling.ts';

type Create = (scope: ParameterScope) => (x: tf.Tensor) => tf.Tensor;
const asCreate = (create: unknown): Create => create as Create;

const blocks: Record<string, Create> = {
  conv_k3_s2_p1: asCreate((s: ParameterScope) =>
    createConv2d(s, { inChannels: 4, outChannels: 4, kernelSize: 3, stride: 2, padding: 1 }),
  ),
  conv_transpose_k3_s2_p1_op1: asCreate((s: ParameterScope) =>
    createConvTranspose2d(s, {
      inChannels: 4,
      outChannels: 4,
      kernelSize: 3,
      stride: 2,
      padding: 1,
      outputPadding: 1,
    }),
  ),
  // The number of groups of the next and of the attention block stand in none of the files; only these fit.
  group_norm_3: (s) => createGroupNorm(s, { groups: 2, channels: 4 }),
  instance_norm_affine: (s) => createInstanceNorm(s, { channels: 4, affine: true }),
  batch_norm_eval: (s) => {
    const normalize = createBatchNorm(s, { channels: 4 });
    return (x) => normalize(x, { isTraining: false });
  },
  downsample_pad1: asCreate((s: ParameterScope) => createDownsample(s, { channels: 4 })),
  downsample_pad0: asCreate((s: ParameterScope) => createDownsample(s, { channels: 4, padding: 0 })),
  attention_group_norm_residual: createAttentionBlock,
  timestep_mlp: (s) => createTimeEmbedding(s, { inFeatures: 8, outFeatures: 12 }),
};

describeOnBackends('layers and the references', () => {
  for (const [name, create] of Object.entries(blocks)) {
    test(`${name}: output and input gradient are PyTorch's`, async () => {
      const block = await replayBlock(name, create);
      expect(block.output).toBeAllClose(block.expectedOutput, { rtol: 1e-5, atol: 1e-5 });
      expect(block.inputGradient).toBeAllClose(block.expectedInputGradient, { rtol: 1e-4, atol: 1e-6 });
      block.dispose();
    });
  }

  test('another number of groups does not pass', async () => {
    const block = await replayBlock('group_norm_3', (s) => createGroupNorm(s, { groups: 4, channels: 4 }));
    expect(block.output).not.toBeAllClose(block.expectedOutput, { rtol: 1e-2 });
    block.dispose();
  });
});

/** diffusers' Attention with group norm, residual and rescale_output_factor 1.3, around the core that is tested. */
function createAttentionBlock(scope: ParameterScope): (x: tf.Tensor) => tf.Tensor {
  const normalize = createGroupNorm(scope.child('group_norm'), { groups: 4, channels: 12, epsilon: 1e-6 });
  const attend = createAttention(scope, { channels: 12, heads: 2 });
  return (x) =>
    tf.tidy(() => {
      const tokens = tf.reshape(normalize(x), [x.shape[0]!, -1, 12]) as tf.Tensor3D;
      return tf.div(tf.add(x, tf.reshape(attend(tokens), x.shape)), 1.3);
    });
}
