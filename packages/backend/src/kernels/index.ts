import { dropoutMaskWasm } from '../random/dropout-mask.ts';
import { activationGradientKernels } from './activations/gradient-kernels.ts';
import { unaryKernels } from './activations/wasm.ts';
import { addNWebgpu } from './add-n/webgpu.ts';
import { attentionKernels } from './attention/wasm.ts';
import { biasAddKernels } from './bias-add/index.ts';
import { castWasm } from './cast/wasm.ts';
import { conv2dKernels } from './conv2d/index.ts';
import { depthToSpaceWasm } from './depth-to-space/wasm.ts';
import { depthwiseConv2dKernels } from './depthwise-conv2d/wasm.ts';
import { einsumWasm } from './einsum/wasm.ts';
import { elementwiseKernels } from './elementwise/wasm.ts';
import { gatherWasm } from './gather/wasm.ts';
import { identityWasm } from './identity/wasm.ts';
import { joinKernels } from './join/wasm.ts';
import type { KernelEntry } from './kernel-entry.ts';
import { leakyReluWasm } from './leaky-relu/wasm.ts';
import { matMulKernels } from './mat-mul/index.ts';
import { maxPoolGradWasm } from './max-pool/wasm.ts';
import { normalizeRowsKernels } from './normalize-rows/wasm.ts';
import { padWasm } from './pad/wasm.ts';
import { reduceKernels } from './reduce/wasm.ts';
import { resampleKernels } from './resample/wasm.ts';
import { segmentSumKernels } from './segment-sum/index.ts';
import { siluWasm } from './silu/index.ts';
import { softmaxKernels } from './softmax/wasm.ts';
import { tileWasm } from './tile/wasm.ts';
import { transposeWasm } from './transpose/wasm.ts';

/** Every kernel that we add to a backend or put in place of tfjs's. */
export const kernels: readonly KernelEntry[] = [
  ...activationGradientKernels,
  ...attentionKernels,
  ...biasAddKernels,
  ...conv2dKernels,
  ...depthwiseConv2dKernels,
  ...elementwiseKernels,
  ...joinKernels,
  ...matMulKernels,
  ...normalizeRowsKernels,
  ...reduceKernels,
  ...resampleKernels,
  ...segmentSumKernels,
  ...softmaxKernels,
  ...unaryKernels,
  addNWebgpu,
  castWasm,
  depthToSpaceWasm,
  dropoutMaskWasm,
  einsumWasm,
  gatherWasm,
  identityWasm,
  leakyReluWasm,
  maxPoolGradWasm,
  padWasm,
  siluWasm,
  tileWasm,
  transposeWasm,
];
