import { defineGradient, type GradientEntry, zeroGradient } from './gradient-entry.ts';

// A comparison is constant almost everywhere, so its gradient is zero. tfjs registers none (but GreaterEqual's),
// and then every second derivative through leakyRelu, prelu, selu, clipByValue, maximum and max throws.

const binary = [
  'Equal',
  'NotEqual',
  'Greater',
  'GreaterEqual',
  'Less',
  'LessEqual',
  'LogicalAnd',
  'LogicalOr',
];

export const comparisonGradients: readonly GradientEntry[] = [
  ...[...binary, 'LogicalXor'].map((kernelName) =>
    defineGradient({
      kernelName,
      inputsToSave: ['a', 'b'],
      gradient: (_dy, [a, b]) => ({ a: () => zeroGradient(a!), b: () => zeroGradient(b!) }),
    }),
  ),
  defineGradient({
    kernelName: 'LogicalNot',
    inputsToSave: ['x'],
    gradient: (_dy, [x]) => ({ x: () => zeroGradient(x!) }),
  }),
];
