import type { BenchmarkCase } from './benchmark-case.ts';
import type { ConvPass, ConvWorkload } from './workload.ts';

type Shape = Omit<ConvWorkload, 'kind' | 'pass'>;

const warmUpCalls = 60;
const same3 = { kernelSize: 3, stride: 1, padding: 1 } as const;
const halving4 = { kernelSize: 4, stride: 2, padding: 1 } as const;

const shapes: readonly Shape[] = [
  { batch: 32, size: 32, inChannels: 32, outChannels: 32, ...same3 },
  { batch: 32, size: 16, inChannels: 64, outChannels: 64, ...same3 },
  { batch: 32, size: 8, inChannels: 64, outChannels: 64, ...same3 },
  { batch: 32, size: 32, inChannels: 96, outChannels: 32, ...same3 },
  { batch: 64, size: 14, inChannels: 64, outChannels: 128, ...halving4 },
  { batch: 64, size: 28, inChannels: 1, outChannels: 64, ...halving4 },
];

const passes: readonly ConvPass[] = ['forward', 'inputGradient', 'filterGradient'];

/** The convolutions that the models spend their time in, each of the three passes by itself. */
export const convCases: readonly BenchmarkCase[] = shapes.flatMap((shape) =>
  passes.map((pass) => ({
    system: `${nameOf(shape)} ${pass}`,
    workload: { kind: 'conv', pass, ...shape } as const,
    calls: 8,
    warmUpCalls,
  })),
);

function nameOf({ batch, size, kernelSize: k, stride, inChannels, outChannels }: Shape): string {
  return `conv b${batch} ${size}x${size} ${k}x${k}${stride === 1 ? '' : ` s${stride}`} ${inChannels}->${outChannels}`;
}
