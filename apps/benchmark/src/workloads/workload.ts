/** A product [m, k]·[k, n], each factor stored as it is or transposed. */
export interface GemmWorkload {
  readonly kind: 'gemm';
  readonly m: number;
  readonly n: number;
  readonly k: number;
  readonly transposeA: boolean;
  readonly transposeB: boolean;
}

export type ConvPass = 'forward' | 'inputGradient' | 'filterGradient';

/** One pass of a square convolution of images [batch, size, size, inChannels], with zeros on every side. */
export interface ConvWorkload {
  readonly kind: 'conv';
  readonly pass: ConvPass;
  readonly batch: number;
  readonly size: number;
  readonly inChannels: number;
  readonly outChannels: number;
  readonly kernelSize: number;
  readonly stride: number;
  readonly padding: number;
}

/** The loops of all products, on data in the first-level cache: a thousand million operations. */
interface MicroKernelWorkload {
  readonly kind: 'microKernel';
}

export type StepModel = 'ddpm' | 'dcgan' | 'vae' | 'vq-vae';

/** One training step of a model: forward, backward and Adam, in every phase. */
export interface StepWorkload {
  readonly kind: 'step';
  readonly model: StepModel;
  readonly batch: number;
}

export type SampleModel = 'ddpm' | 'ddpm-mnist';

/** A batch of images from noise: DDIM without noise of its own (eta 0), x̂_0 clipped. */
export interface SampleWorkload {
  readonly kind: 'sample';
  readonly model: SampleModel;
  readonly batch: number;
  readonly numInferenceSteps: number;
}

/** What every contestant is asked to do: plain data, for it goes to other processes. */
export type Workload = GemmWorkload | ConvWorkload | MicroKernelWorkload | StepWorkload | SampleWorkload;

/** Side of the convolution's output. */
export function outputSize({ size, kernelSize, stride, padding }: ConvWorkload): number {
  return Math.floor((size + 2 * padding - kernelSize) / stride) + 1;
}

/** Multiplications and additions of a kernel, a convolution counted as the direct one; undefined where it is none. */
export function operationsOf(workload: Workload): number | undefined {
  switch (workload.kind) {
    case 'gemm':
      return 2 * workload.m * workload.n * workload.k;
    case 'conv': {
      const { batch, inChannels, outChannels, kernelSize } = workload;
      const pixels = batch * outputSize(workload) ** 2;
      return 2 * pixels * outChannels * inChannels * kernelSize ** 2;
    }
    case 'microKernel':
      return 1e9;
    case 'step':
    case 'sample':
      return undefined;
  }
}
