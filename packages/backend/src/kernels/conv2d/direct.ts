import type { ConvolutionAlgorithm } from './algorithm.ts';
import { directFilterGradient } from './direct-filter-gradient.ts';
import { directForward } from './direct-forward.ts';
import { directInputGradient } from './direct-input-gradient.ts';
import type { ConvGeometry } from './geometry.ts';

/** Floats of one row of a window: six of them must fit a thread's scratch memory. */
const longestRun = 2 ** 14;
const mostChannels = 2 ** 13;

/** Windows of the image as rows of a matrix, gathered a block at a time, in the packed matrix product. */
export const directConvolution: ConvolutionAlgorithm = {
  supports: (_pass, { kernelWidth, channels, outChannels }: ConvGeometry) =>
    kernelWidth * Math.max(channels, outChannels) <= longestRun &&
    Math.max(channels, outChannels) <= mostChannels,
  forward: directForward,
  inputGradient: directInputGradient,
  filterGradient: directFilterGradient,
};
