import { createConv2d, createConvTranspose2d, type ParameterScope, tf } from '@tintype/core-tensor';
import type { VqVaeConfig } from './config.ts';
import { halvingChannels } from './encoder.ts';
import { createResidualStack } from './residual-stack.ts';

/** Codes [b, h / 2ⁿ, w / 2ⁿ, embeddingDim] → means of the pixels [b, h, w, c], about [-1, 1]. */
export type Decoder = (codes: tf.Tensor4D) => tf.Tensor4D;

/**
 * The encoder's mirror image: a 3×3, residual blocks, and transposed convolutions of kernel 4 that double the size, ReLU
 * between them. Parameters: `conv_in`, `residuals.<i>` and `convs.<i>`.
 */
export function createDecoder(scope: ParameterScope, config: VqVaeConfig): Decoder {
  const { hiddenChannels, residualLayers, embeddingDim } = config;
  const fromCodes = createConv2d(scope.child('conv_in'), {
    inChannels: embeddingDim,
    outChannels: hiddenChannels,
    kernelSize: 3,
    padding: 1,
  });
  const residuals = createResidualStack(scope, hiddenChannels, residualLayers);
  const widths = halvingChannels(config).reverse();
  const doublings = widths.slice(1).map((outChannels, index) =>
    createConvTranspose2d(scope.child(`convs.${index}`), {
      inChannels: widths[index]!,
      outChannels,
      kernelSize: 4,
      stride: 2,
      padding: 1,
    }),
  );

  return (codes) =>
    tf.tidy(() =>
      doublings.reduce(
        (x, conv, index) => (index < doublings.length - 1 ? conv(x).relu() : conv(x)),
        residuals(fromCodes(codes)), // [b, h / 2ⁿ, w / 2ⁿ, hiddenChannels]
      ),
    );
}
