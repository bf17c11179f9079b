import type { ConvolutionAlgorithm, ConvolutionPass } from './algorithm.ts';
import { directConvolution } from './direct.ts';
import type { ConvGeometry } from './geometry.ts';
import { winograd } from './winograd.ts';

/** In the order of preference. Winograd's, for 3×3 with stride 1, stands before the general one. */
const algorithms: readonly ConvolutionAlgorithm[] = [winograd, directConvolution];

/** How the engine computes a pass; undefined where it does not. No size is 0. */
export function selectAlgorithm(
  pass: ConvolutionPass,
  geometry: ConvGeometry,
): ConvolutionAlgorithm | undefined {
  return algorithms.find((algorithm) => algorithm.supports(pass, geometry));
}
