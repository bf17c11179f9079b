import type { BenchmarkCase } from './benchmark-case.ts';

const warmUpCalls = 60;

/** Matrix products: squares in every transposition, and the products that convolutions of the models become. */
export const gemmCases: readonly BenchmarkCase[] = [
  { system: 'micro-kernel', workload: { kind: 'microKernel' }, calls: 4, warmUpCalls: 2 },
  gemm(512, 512, 512),
  gemm(512, 512, 512, 'tA'),
  gemm(512, 512, 512, 'tB'),
  gemm(512, 512, 512, 'tA tB'),
  gemm(256, 256, 256),
  gemm(8192, 32, 288),
  gemm(8192, 64, 576),
  gemm(288, 32, 8192, 'tA'),
  gemm(64, 6272, 64),
];

type Transposition = '' | 'tA' | 'tB' | 'tA tB';

function gemm(m: number, n: number, k: number, transposition: Transposition = ''): BenchmarkCase {
  return {
    system: `matMul ${m}x${n}x${k}${transposition === '' ? '' : ` ${transposition}`}`,
    workload: {
      kind: 'gemm',
      m,
      n,
      k,
      transposeA: transposition.includes('tA'),
      transposeB: transposition.includes('tB'),
    },
    calls: 12,
    warmUpCalls,
  };
}
