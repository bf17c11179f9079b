import { addNWebgpu } from './add-n/webgpu.ts';
import { castWasm } from './cast/wasm.ts';
import { conv2dKernels } from './conv2d/index.ts';
import { depthwiseConv2dKernels } from './depthwise-conv2d/wasm.ts';
import { einsumWasm } from './einsum/wasm.ts';
import { gatherWasm } from './gather/wasm.ts';
import { identityWasm } from './identity/wasm.ts';
import { joinKernels } from './join/wasm.ts';
import type { KernelEntry } from './kernel-entry.ts';
import { leakyReluWasm } from './leaky-relu/wasm.ts';
import { matMulKernels } from './mat-mul/index.ts';
import { maxPoolGradWasm } from './max-pool/wasm.ts';
import { reduceKernels } from './reduce/wasm.ts';
import { segmentSumKernels } from './segment-sum/index.ts';
import { tileWasm } from './tile/wasm.ts';

/** Every kernel that we add to a backend or put in place of tfjs's. */
export const kernels: readonly KernelEntry[] = [
  ...conv2dKernels,
  ...depthwiseConv2dKernels,
  ...joinKernels,
  ...matMulKernels,
  ...reduceKernels,
  ...segmentSumKernels,
  addNWebgpu,
  castWasm,
  einsumWasm,
  gatherWasm,
  identityWasm,
  leakyReluWasm,
  maxPoolGradWasm,
  tileWasm,
];
