import type { ConvWorkload, GemmWorkload, Workload } from '../workloads/workload.ts';
import type { ArrayLibrary, JaxArray } from './array-library.ts';

type Compute = (...inputs: JaxArray[]) => JaxArray;

/** Names of the inputs in the order in which the function takes them, and the compiled function. */
export interface CompiledWorkload {
  readonly inputs: readonly string[];
  readonly compute: Compute;
}

/** Throws for whole training steps and samplers, which this peer does not run. */
export function compileWorkload(library: ArrayLibrary, workload: Workload): CompiledWorkload {
  switch (workload.kind) {
    case 'gemm':
      return { inputs: ['a', 'b'], compute: library.jit(multiply(library, workload)) };
    case 'conv':
      return convolution(library, workload);
    case 'microKernel':
    case 'step':
    case 'sample':
      throw new Error('it is asked for products and convolutions only');
  }
}

function multiply({ numpy }: ArrayLibrary, { transposeA, transposeB }: GemmWorkload): Compute {
  return (a, b) => numpy.matmul(transposeA ? a!.transpose() : a!, transposeB ? b!.transpose() : b!);
}

/** Its images are [b, c, h, w] and its filters [out, in, h, w]; gradients come from its own reverse mode. */
function convolution(library: ArrayLibrary, workload: ConvWorkload): CompiledWorkload {
  const { pass, stride, padding, batch, size, inChannels, outChannels, kernelSize } = workload;
  const { lax, numpy, vjp, jit } = library;
  const sides: [number, number][] = [
    [padding, padding],
    [padding, padding],
  ];
  const convolve = (x: JaxArray, filter: JaxArray) =>
    lax.convGeneralDilated(x, filter, [stride, stride], sides);
  switch (pass) {
    case 'forward':
      return { inputs: ['x', 'filter'], compute: jit(convolve) };
    case 'inputGradient': {
      const shape = [batch, inChannels, size, size];
      return {
        inputs: ['dy', 'filter'],
        compute: jit((dy: JaxArray, filter: JaxArray) => {
          const [y, backward] = vjp((x) => convolve(x, filter), [numpy.zeros(shape)]);
          y.dispose();
          return backward(dy)[0];
        }),
      };
    }
    case 'filterGradient': {
      const shape = [outChannels, inChannels, kernelSize, kernelSize];
      return {
        inputs: ['x', 'dy'],
        compute: jit((x: JaxArray, dy: JaxArray) => {
          const [y, backward] = vjp((filter) => convolve(x, filter), [numpy.zeros(shape)]);
          y.dispose();
          return backward(dy)[0];
        }),
      };
    }
  }
}
