import type { GradientEntry } from '../../gradients/gradient-entry.ts';
import type { KernelEntry } from '../kernel-entry.ts';
import { conv2dWithBiasGradients, conv2dWithBiasWasm } from './conv2d-with-bias.ts';
import { matMulWithBiasGradients, matMulWithBiasWasm } from './mat-mul-with-bias.ts';

export const biasAddKernels: readonly KernelEntry[] = [conv2dWithBiasWasm, matMulWithBiasWasm];

export const biasAddGradients: readonly GradientEntry[] = [
  ...conv2dWithBiasGradients,
  ...matMulWithBiasGradients,
];
