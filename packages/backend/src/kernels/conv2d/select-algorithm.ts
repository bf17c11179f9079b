import type { ConvolutionAlgorithm, ConvolutionPass } from './algorithm.ts';
import { directConvolution } from './direct.ts';
import type { ConvGeometry } from './geometry.ts';
import { stridedWinograd } from './strided-winograd.ts';
import { winograd } from './winograd.ts';

/** In the order of preference. Winograd's, for 3×3 with stride 1 and 4×4 with stride 2, stand before the general one. */
const algorithms: readonly ConvolutionAlgorithm[] = [winograd, stridedWinograd, directConvolution];

/** How the engine computes a pass; undefined where it does not. No size is 0. */
export function selectAlgorithm(
  pass: ConvolutionPass,
  geometry: ConvGeometry,
): ConvolutionAlgorithm | undefined {
  return algorithms.find((algorithm) => algorithm.supports(pass, geometry));
}
