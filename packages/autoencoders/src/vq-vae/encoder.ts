import { createConv2d, type ParameterScope, tf } from '@tintype/core-tensor';
import type { VqVaeConfig } from './config.ts';
import { createResidualStack } from './residual-stack.ts';

/** Images [b, h, w, c] in [-1, 1] → latents [b, h / 2ⁿ, w / 2ⁿ, embeddingDim]. */
export type Encoder = (images: tf.Tensor4D) => tf.Tensor4D;

/** Channels before and after each halving, from the image inwards. */
export function halvingChannels({ channels, hiddenChannels, downsamplings }: VqVaeConfig): number[] {
  const widths = Array.from({ length: downsamplings }, (_, index) =>
    index === 0 && downsamplings > 1 ? hiddenChannels / 2 : hiddenChannels,
  );
  return [channels, ...widths];
}

/**
 * Halving convolutions of kernel 4 with ReLU, a 3×3, residual blocks, and a 1×1 that makes the latents. Parameters:
 * `convs.<i>`, `conv_mid`, `residuals.<i>` and `conv_out`.
 */
export function createEncoder(scope: ParameterScope, config: VqVaeConfig): Encoder {
  const { hiddenChannels, residualLayers, embeddingDim } = config;
  const widths = halvingChannels(config);
  const halvings = widths.slice(1).map((outChannels, index) =>
    createConv2d(scope.child(`convs.${index}`), {
      inChannels: widths[index]!,
      outChannels,
      kernelSize: 4,
      stride: 2,
      padding: 1,
    }),
  );
  const middle = createConv2d(scope.child('conv_mid'), {
    inChannels: hiddenChannels,
    outChannels: hiddenChannels,
    kernelSize: 3,
    padding: 1,
  });
  const residuals = createResidualStack(scope, hiddenChannels, residualLayers);
  const toLatents = createConv2d(scope.child('conv_out'), {
    inChannels: hiddenChannels,
    outChannels: embeddingDim,
    kernelSize: 1,
  });

  return (images) =>
    tf.tidy(() => {
      const halved = halvings.reduce((x, conv) => conv(x).relu(), images); // [b, h / 2ⁿ, w / 2ⁿ, hiddenChannels]
      return toLatents(residuals(middle(halved))); // [b, h / 2ⁿ, w / 2ⁿ, embeddingDim]
    });
}
