import {
  createConv2d,
  createGroupNorm,
  createLinear,
  dropout,
  type ParameterScope,
  type RandomStream,
  silu,
  tf,
  zeros,
} from '@tintype/core-tensor';

/** How the time embedding enters a block: added to the features, or as scale and shift after the second norm. */
export type TimeConditioning = 'add' | 'scale-shift';

export interface ResnetBlockOptions {
  readonly inChannels: number;
  readonly outChannels: number;
  /** Channels of the time embedding. */
  readonly timeChannels: number;
  readonly normGroups: number;
  readonly normEpsilon: number;
  readonly timeConditioning: TimeConditioning;
  /** In [0, 1). */
  readonly dropout: number;
}

/**
 * x [b, h, w, inChannels] → [b, h, w, outChannels]; `activatedTime` is SiLU of the time embedding [b, timeChannels],
 * made once for all blocks.
 */
export type ResnetBlock = (
  x: tf.Tensor4D,
  activatedTime: tf.Tensor2D,
  dropoutRng?: RandomStream,
) => tf.Tensor4D;

/**
 * Norm, SiLU, convolution, twice, with the time embedding between them and a shortcut around (diffusers'
 * ResnetBlock2D and its parameter names). The second convolution starts at zero, so that a block starts as its
 * shortcut (Ho et al. 2020; diffusers does not).
 */
export function createResnetBlock(scope: ParameterScope, options: ResnetBlockOptions): ResnetBlock {
  const {
    inChannels,
    outChannels,
    timeChannels,
    normGroups: groups,
    normEpsilon: epsilon,
    timeConditioning,
  } = options;
  const convolution = { kernelSize: 3, padding: 1 } as const;
  const norm1 = createGroupNorm(scope.child('norm1'), {
    groups,
    channels: inChannels,
    epsilon,
    activation: 'silu',
  });
  const conv1 = createConv2d(scope.child('conv1'), { inChannels, outChannels, ...convolution });
  const timeFeatures = timeConditioning === 'scale-shift' ? 2 * outChannels : outChannels;
  const timeProjection = createLinear(scope.child('time_emb_proj'), {
    inFeatures: timeChannels,
    outFeatures: timeFeatures,
  });
  const norm2 = createGroupNorm(scope.child('norm2'), {
    groups,
    channels: outChannels,
    epsilon,
    activation: timeConditioning === 'add' ? 'silu' : 'none',
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

  return (x, activatedTime, dropoutRng) =>
    tf.tidy(() => {
      const time = timeProjection(activatedTime).reshape([-1, 1, 1, timeFeatures]);
      let h = conv1(norm1(x));
      if (timeConditioning === 'add') {
        h = norm2(h.add(time));
      } else {
        const [scale, shift] = tf.split(time, 2, 3);
        h = silu(norm2(h).mul(scale!.add(1)).add(shift!));
      }
      if (dropoutRng && options.dropout > 0) h = dropout(h, options.dropout, dropoutRng.fork(scope.path));
      h = conv2(h);
      return (shortcut ? shortcut(x) : x).add(h);
    });
}
