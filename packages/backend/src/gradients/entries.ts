import { biasAddGradients } from '../kernels/bias-add/index.ts';
import { segmentSumGradients } from '../kernels/segment-sum/index.ts';
import { siluGradients } from '../kernels/silu/index.ts';
import { softmaxGradients } from '../kernels/softmax/gradients.ts';
import { activationGradients } from './activations.ts';
import { castGradients } from './casts.ts';
import { comparisonGradients } from './comparisons.ts';
import { convolutionGradients } from './convolution.ts';
import { depthToSpaceGradients } from './depth-to-space.ts';
import { depthwiseGradients } from './depthwise.ts';
import { gatherGradients } from './gather.ts';
import type { GradientEntry } from './gradient-entry.ts';
import { matMulGradients } from './mat-mul.ts';
import { maxPoolGradients } from './max-pool.ts';
import { mirrorPadGradients } from './mirror-pad.ts';
import { poolingGradients } from './pooling.ts';
import { reductionGradients } from './reductions.ts';
import { refusedGradients } from './refusals.ts';
import { resizeGradients } from './resize.ts';
import { stridedSliceGradients } from './strided-slice.ts';

/** Every gradient that we add to tfjs or put in place of its own. The same on all backends. */
export const gradients: readonly GradientEntry[] = [
  ...activationGradients,
  ...castGradients,
  ...comparisonGradients,
  ...biasAddGradients,
  ...convolutionGradients,
  ...depthToSpaceGradients,
  ...depthwiseGradients,
  ...gatherGradients,
  ...matMulGradients,
  ...maxPoolGradients,
  ...mirrorPadGradients,
  ...poolingGradients,
  ...reductionGradients,
  ...refusedGradients,
  ...resizeGradients,
  ...segmentSumGradients,
  ...softmaxGradients,
  ...siluGradients,
  ...stridedSliceGradients,
];
