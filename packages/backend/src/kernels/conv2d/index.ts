import type { KernelEntry } from '../kernel-entry.ts';
import { conv2dFilterGradientWasm } from './filter-gradient.ts';
import { conv2dWasm } from './forward.ts';
import { fusedConv2dWasm } from './fused.ts';
import { conv2dInputGradientWasm } from './input-gradient.ts';

export const conv2dKernels: readonly KernelEntry[] = [
  conv2dWasm,
  conv2dInputGradientWasm,
  conv2dFilterGradientWasm,
  fusedConv2dWasm,
];
