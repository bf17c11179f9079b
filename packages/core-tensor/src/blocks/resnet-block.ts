import { TintypeError, tf } from '@tintype/backend';
import { silu } from '../layers/activations.ts';
import { createConv2d } from '../layers/conv2d.ts';
import { dropout } from '../layers/dropout.ts';
import { createGroupNorm } from '../layers/group-norm.ts';
import { createLinear } from '../layers/linear.ts';
import type { ParameterScope } from '../parameters/create-parameters.ts';
import { zeros } from '../parameters/initializers.ts';
import type { RandomStream } from '../random/random-stream.ts';

/** How the time embedding enters a block: added to the features, or as scale and shift after the second norm. */
export type TimeConditioning = 'add' | 'scale-shift';

export interface ResnetBlockOptions {
  readonly inChannels: number;
  readonly outChannels: number;
  /** Channels of the time embedding; null is a block that knows no time and has no `time_emb_proj`. */
  readonly timeChannels: number | null;
  readonly normGroups: number;
  readonly normEpsilon: number;
  /** @default 'add' */
  readonly timeConditioning?: TimeConditioning;
  /** In [0, 1). @default 0 */
  readonly dropout?: number;
}

/**
 * x [b, h, w, inChannels] → [b, h, w, outChannels]; `activatedTime` is SiLU of the time embedding [b, timeChannels],
 * made once for all blocks. Throws `E_CONFIG` where a block that knows time gets none, or the other way round.
 */
export type ResnetBlock = (
  x: tf.Tensor4D,
  activatedTime?: tf.Tensor2D,
  dropoutRng?: RandomStream,
) => tf.Tensor4D;

/**
 * Norm, SiLU, convolution, twice, with the time embedding between them and a shortcut around (diffusers'
 * ResnetBlock2D and its parameter names). The second convolution starts at zero, so that a block starts as its
 * shortcut (Ho et al. 2020; diffusers does not).
 */
export function createResnetBlock(scope: ParameterScope, options: ResnetBlockOptions): ResnetBlock {
  const { inChannels, outChannels, normGroups: groups, normEpsilon: epsilon } = options;
  const { timeChannels, timeConditioning = 'add', dropout: dropped = 0 } = options;
  const convolution = { kernelSize: 3, padding: 1 } as const;
  const norm1 = createGroupNorm(scope.child('norm1'), {
    groups,
    channels: inChannels,
    epsilon,
    activation: 'silu',
  });
  const conv1 = createConv2d(scope.child('conv1'), { inChannels, outChannels, ...convolution });
  const timeFeatures = timeConditioning === 'scale-shift' ? 2 * outChannels : outChannels;
  const timeProjection =
    timeChannels === null
      ? undefined
      : createLinear(scope.child('time_emb_proj'), { inFeatures: timeChannels, outFeatures: timeFeatures });
  const activatesAfterNorm = timeChannels === null || timeConditioning === 'add';
  const norm2 = createGroupNorm(scope.child('norm2'), {
    groups,
    channels: outChannels,
    epsilon,
    activation: activatesAfterNorm ? 'silu' : 'none',
  });
  const conv2 = createConv2d(scope.child('conv2'), {
    inChannels: outChannels,
    outChannels,
    ...convolution,
    initializer: zeros(),
    biasInitializer: zeros(),
  });
  const shortcut =
    inChannels === outChannels
      ? undefined
      : createConv2d(scope.child('conv_shortcut'), { inChannels, outChannels, kernelSize: 1 });

  /** The second norm and its SiLU, with the time before or after them. */
  function normalize(h: tf.Tensor4D, activatedTime: tf.Tensor2D | undefined): tf.Tensor4D {
    if (!timeProjection || !activatedTime) return norm2(h);
    const time = timeProjection(activatedTime).reshape([-1, 1, 1, timeFeatures]);
    if (timeConditioning === 'add') return norm2(h.add(time));
    const [scale, shift] = tf.split(time, 2, 3);
    return silu(norm2(h).mul(scale!.add(1)).add(shift!));
  }

  return (x, activatedTime, dropoutRng) => {
    assertTime(scope.path, timeProjection !== undefined, activatedTime);
    return tf.tidy(() => {
      let h = normalize(conv1(norm1(x)), activatedTime);
      if (dropoutRng && dropped > 0) h = dropout(h, dropped, dropoutRng.fork(scope.path));
      h = conv2(h);
      return (shortcut ? shortcut(x) : x).add(h);
    });
  };
}

function assertTime(where: string, knowsTime: boolean, activatedTime: tf.Tensor2D | undefined): void {
  if (knowsTime === (activatedTime !== undefined)) return;
  throw new TintypeError('E_CONFIG', {
    where,
    what: knowsTime ? 'this block needs a time embedding' : 'this block knows no time embedding',
    remedy: 'Create it with the `timeChannels` that it is called with; null is none',
  });
}
