import type { BenchmarkRecord } from './benchmark-record.ts';

/** A promise about one figure of the records that it names. */
interface Gate {
  readonly name: string;
  applies(record: BenchmarkRecord): boolean;
  figure(record: BenchmarkRecord): number | undefined;
  readonly limit: number;
  readonly isUpperLimit: boolean;
}

export interface GateResult {
  readonly gate: string;
  readonly record: string;
  readonly figure: number;
  readonly limit: number;
  readonly isMet: boolean;
}

/** By the wall clock or in processor time. */
const isStep = ({ metric }: BenchmarkRecord) => metric.startsWith('step');

const ofProbe = (name: string, pattern: RegExp, limit: number): Gate => ({
  name,
  applies: ({ system, threads }) => pattern.test(system) && threads === 1,
  figure: (record) => record.ofProbe,
  limit,
  isUpperLimit: false,
});

const againstPytorch = (suite: string, threads: number, limit: number): Gate => ({
  name: `${suite}: at most ${limit} times PyTorch's step on ${threads} thread${threads === 1 ? '' : 's'}`,
  applies: (record) =>
    record.suite === suite && isStep(record) && record.peer === 'pytorch' && record.threads === threads,
  figure: ({ ratio }) => ratio,
  limit,
  isUpperLimit: true,
});

const timesLowered = 6;

/** What the engine promises on AVX-512, where its 128-bit vectors compare worst. */
const gates: readonly Gate[] = [
  ofProbe('micro-kernel: at least 80 % of the probe', /^micro-kernel$/, 0.8),
  ofProbe('GEMM 512³: at least 70 % of the probe', /^matMul 512x512x512/, 0.7),
  ofProbe('3×3 64→64 forward: at least 1.4 times the probe', /3x3 64->64 forward/, 1.4),
  ofProbe('3×3 64→64 input gradient: at least 1.4 times the probe', /3x3 64->64 inputGradient/, 1.4),
  ofProbe('3×3 64→64 filter gradient: at least 1.2 times the probe', /3x3 64->64 filterGradient/, 1.2),
  againstPytorch('ddpm', 2, 2),
  againstPytorch('ddpm', 1, 1.9),
  againstPytorch('dcgan', 2, 2.2),
  againstPytorch('vae', 2, 2),
  {
    name: `steps: at least ${timesLowered} times as fast as lowered tfjs`,
    applies: (record) => isStep(record) && record.peer === 'lowered',
    figure: ({ ratio }) => ratio,
    limit: 1 / timesLowered,
    isUpperLimit: true,
  },
  {
    name: 'ddpm: a heap of at most 1 GB',
    applies: ({ suite, metric }) => suite === 'ddpm' && metric === 'heap',
    figure: ({ best }) => best,
    limit: 1,
    isUpperLimit: true,
  },
];

/** Every gate on every record that it speaks of. */
export function checkGates(records: readonly BenchmarkRecord[]): GateResult[] {
  return gates.flatMap((gate) =>
    records.filter(gate.applies).flatMap((record) => {
      const figure = gate.figure(record);
      if (figure === undefined) return [];
      const isMet = gate.isUpperLimit ? figure <= gate.limit : figure >= gate.limit;
      return [
        { gate: gate.name, record: `${record.suite} ${record.system}`, figure, limit: gate.limit, isMet },
      ];
    }),
  );
}
