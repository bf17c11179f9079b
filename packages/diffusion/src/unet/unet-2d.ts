// The U-Net that predicts the noise in an image, as diffusers builds it (UNet2DModel, with its parameter names).
// Ho, Jain, Abbeel (2020), "Denoising Diffusion Probabilistic Models", arXiv 2006.11239, appendix B.
//   ε_θ(x_t, t): down levels → middle → up levels with skips; every residual block sees the embedding of t
// Differences: an optional space-to-depth stem (`patchSize`) moves pixels into channels, which makes training on a
// CPU several times faster; the last convolution of each residual block and of the net start at zero, as in the
// authors' code (diffusers draws them).
import {
  createConv2d,
  createGroupNorm,
  createParameters,
  type Model,
  type ParameterScope,
  type RandomStream,
  spaceToDepth,
  TintypeError,
  tf,
  zeros,
} from '@tintype/core-tensor';
import type { Denoiser, DenoiserOptions, DenoiserPrediction } from '../denoiser.ts';
import { assertFits, type ResolvedUNet2dConfig, resolveUNet2dConfig, type UNet2dConfig } from './config.ts';
import { createDownBlock } from './down-block.ts';
import { createMidBlock } from './mid-block.ts';
import { createActivatedTime } from './time-embedding.ts';
import { createUpBlock } from './up-block.ts';

export interface UNet2d extends Model<ResolvedUNet2dConfig>, Denoiser {}

/** Creates the net and draws its parameters. Throws `E_CONFIG`, `E_SHAPE` on impossible sizes, `E_NO_BACKEND`. */
export function createUNet2d(config: UNet2dConfig, rng: RandomStream): UNet2d {
  const resolved = resolveUNet2dConfig(config);
  const { scope, parameters, dispose } = createParameters(rng);
  const forward = createForward(scope, resolved);
  const { predictionType, varianceType, numClasses } = resolved;
  let isDisposed = false;

  return {
    config: resolved,
    parameters,
    predictionType,
    varianceType,
    hasNullLabel: numClasses !== null && resolved.hasNullLabel,
    predict(xt, t, options = {}) {
      if (isDisposed)
        throw new TintypeError('E_DISPOSED', { where: 'UNet2d.predict', what: 'the model was disposed' });
      assertInput(xt, t, resolved);
      return tf.tidy((): DenoiserPrediction & tf.TensorContainerObject => {
        const output = forward(xt, t, options);
        if (varianceType === 'fixed') return { prediction: output };
        const [prediction, variance] = tf.split(output, 2, 3) as [tf.Tensor4D, tf.Tensor4D];
        return { prediction, variance };
      });
    },
    dispose() {
      isDisposed = true;
      dispose();
    },
  };
}

type Forward = (xt: tf.Tensor4D, t: tf.Tensor1D, options: DenoiserOptions) => tf.Tensor4D;

function createForward(scope: ParameterScope, config: ResolvedUNet2dConfig): Forward {
  const { blockOutChannels, patchSize, normGroups: groups, normEpsilon: epsilon } = config;
  const finest = blockOutChannels[0]!;
  const square = patchSize * patchSize;
  const convolution = { kernelSize: 3, padding: 1 };
  const convIn = createConv2d(scope.child('conv_in'), {
    inChannels: config.channels * square,
    outChannels: finest,
    ...convolution,
  });
  const activatedTime = createActivatedTime(scope, config);
  const down = createDownPath(scope, config);
  const mid = createMidBlock(scope.child('mid_block'), config);
  const up = createUpPath(scope, config);
  const normOut = createGroupNorm(scope.child('conv_norm_out'), {
    groups,
    channels: finest,
    epsilon,
    activation: 'silu',
  });
  const convOut = createConv2d(scope.child('conv_out'), {
    inChannels: finest,
    outChannels: config.outChannels * square,
    ...convolution,
    initializer: zeros(),
    biasInitializer: zeros(),
  });

  return (xt, t, { condition, dropoutRng }) => {
    const time = activatedTime(t, condition?.labels as tf.Tensor1D | undefined);
    const skips = [convIn(patchSize === 1 ? xt : spaceToDepth(xt, patchSize))];
    for (const block of down) skips.push(...block(skips.at(-1)!, time, dropoutRng));
    let h = mid(skips.at(-1)!, time, dropoutRng);
    for (const block of up) h = block(h, skips, time, dropoutRng);
    h = convOut(normOut(h));
    return patchSize === 1 ? h : tf.depthToSpace(h, patchSize);
  };
}

function createDownPath(scope: ParameterScope, config: ResolvedUNet2dConfig) {
  const { blockOutChannels: channels } = config;
  return channels.map((outChannels, level) =>
    createDownBlock(scope.child(`down_blocks.${level}`), config, {
      inChannels: channels[Math.max(level - 1, 0)]!,
      outChannels,
      kind: config.downBlocks[level]!,
      isLast: level === channels.length - 1,
    }),
  );
}

function createUpPath(scope: ParameterScope, config: ResolvedUNet2dConfig) {
  const coarsestFirst = [...config.blockOutChannels].reverse();
  return coarsestFirst.map((outChannels, level) =>
    createUpBlock(scope.child(`up_blocks.${level}`), config, {
      inChannels: coarsestFirst[Math.min(level + 1, coarsestFirst.length - 1)]!,
      outChannels,
      previousChannels: coarsestFirst[Math.max(level - 1, 0)]!,
      kind: config.upBlocks[level]!,
      isLast: level === coarsestFirst.length - 1,
    }),
  );
}

function assertInput(xt: tf.Tensor4D, t: tf.Tensor1D, config: ResolvedUNet2dConfig): void {
  const [batch, height, width, channels] = xt.shape;
  const where = 'UNet2d.predict';
  if (xt.rank !== 4 || channels !== config.channels) {
    const expected = `[batch, height, width, ${config.channels}]`;
    throw new TintypeError('E_SHAPE', {
      where: `${where}: xt`,
      what: 'not a batch of images',
      got: xt.shape,
      expected,
    });
  }
  assertFits(height, config, `${where}: xt, height`);
  assertFits(width, config, `${where}: xt, width`);
  if (t.rank === 1 && t.shape[0] === batch) return;
  throw new TintypeError('E_SHAPE', {
    where: `${where}: t`,
    what: 'there must be one timestep for each image',
    got: t.shape,
    expected: [batch],
  });
}
