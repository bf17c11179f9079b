// The U-Net that all of this package's U-Nets are, as diffusers builds and names them; what differs is the attention.
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
import type { Condition, Denoiser, DenoiserPrediction } from '../denoiser.ts';
import { createActivatedTime } from './activated-time.ts';
import { assertFits, type ResolvedUNetConfig } from './config.ts';
import { createDownLevel } from './down-level.ts';
import type { CreateAttention, LayerInputs } from './level-layer.ts';
import { createMidLevel } from './mid-level.ts';
import { createUpLevel } from './up-level.ts';

export interface UNetParts {
  /** The model's name in errors. */
  readonly name: string;
  readonly createAttention: CreateAttention;
  /** Tokens [batch, n, c] that the attention looks at; checks them. */
  readonly contextOf?: (condition: Condition | undefined, batch: number) => tf.Tensor3D;
}

/** Creates the net from a checked configuration and draws its parameters. Throws `E_NO_BACKEND`. */
export function createUNet<Config extends ResolvedUNetConfig>(
  config: Config,
  parts: UNetParts,
  rng: RandomStream,
): Model<Config> & Denoiser {
  const where = `${parts.name}.predict`;
  const { scope, parameters, dispose } = createParameters(rng);
  const activatedTime = createActivatedTime(scope, config, where);
  const forward = createForward(scope, config, parts.createAttention);
  const { predictionType, varianceType, numClasses } = config;
  let isDisposed = false;

  return {
    config,
    parameters,
    predictionType,
    varianceType,
    hasNullLabel: numClasses !== null && config.hasNullLabel,
    predict(xt, t, { condition, dropoutRng } = {}) {
      if (isDisposed) throw new TintypeError('E_DISPOSED', { where, what: 'the model was disposed' });
      assertInput(xt, t, config, where);
      return tf.tidy((): DenoiserPrediction & tf.TensorContainerObject => {
        const output = forward(xt, {
          activatedTime: activatedTime(t, condition?.labels as tf.Tensor1D | undefined),
          context: parts.contextOf?.(condition, xt.shape[0]),
          dropoutRng,
        });
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

function createForward(scope: ParameterScope, config: ResolvedUNetConfig, createAttention: CreateAttention) {
  const { blockOutChannels, patchSize, normGroups: groups, normEpsilon: epsilon } = config;
  const finest = blockOutChannels[0]!;
  const square = patchSize * patchSize;
  const convolution = { kernelSize: 3, padding: 1 };
  const convIn = createConv2d(scope.child('conv_in'), {
    inChannels: config.channels * square,
    outChannels: finest,
    ...convolution,
  });
  const down = createDownPath(scope, config, createAttention);
  const mid = createMidLevel(scope.child('mid_block'), config, createAttention);
  const up = createUpPath(scope, config, createAttention);
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

  return (xt: tf.Tensor4D, inputs: LayerInputs): tf.Tensor4D => {
    const skips = [convIn(patchSize === 1 ? xt : spaceToDepth(xt, patchSize))];
    for (const level of down) skips.push(...level(skips.at(-1)!, inputs));
    let h = mid(skips.at(-1)!, inputs);
    for (const level of up) h = level(h, skips, inputs);
    h = convOut(normOut(h));
    return patchSize === 1 ? h : tf.depthToSpace(h, patchSize);
  };
}

function createDownPath(scope: ParameterScope, config: ResolvedUNetConfig, createAttention: CreateAttention) {
  const { blockOutChannels } = config;
  return blockOutChannels.map((channels, level) =>
    createDownLevel(scope.child(`down_blocks.${level}`), config, {
      inChannels: blockOutChannels[Math.max(level - 1, 0)]!,
      place: { path: 'down', level, channels },
      isLast: level === blockOutChannels.length - 1,
      createAttention,
    }),
  );
}

function createUpPath(scope: ParameterScope, config: ResolvedUNetConfig, createAttention: CreateAttention) {
  const coarsestFirst = [...config.blockOutChannels].reverse();
  const last = coarsestFirst.length - 1;
  return coarsestFirst.map((channels, level) =>
    createUpLevel(scope.child(`up_blocks.${level}`), config, {
      inChannels: coarsestFirst[Math.min(level + 1, last)]!,
      previousChannels: coarsestFirst[Math.max(level - 1, 0)]!,
      place: { path: 'up', level, channels },
      isLast: level === last,
      createAttention,
    }),
  );
}

function assertInput(xt: tf.Tensor4D, t: tf.Tensor1D, config: ResolvedUNetConfig, where: string): void {
  const [batch, height, width, channels] = xt.shape;
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
