import { tf } from '../tf.ts';

// tfjs sends every kernel of the current backend through one method of its engine. While a function is traced, an own
// property stands in front of that method (private API; tfjs is pinned, and the test of this file would notice).

/** One kernel that ran, in order. Tensors are borrowed: they may be freed as soon as the observer returns. */
export interface TracedKernel {
  readonly kernelName: string;
  /** By name, or '0', '1', … where the kernel takes a list. */
  readonly inputs: Readonly<Record<string, tf.Tensor>>;
  readonly attributes: Readonly<Record<string, unknown>>;
  readonly outputs: readonly tf.Tensor[];
}

/** Sees each kernel right after it ran. What it computes itself is not traced. */
export type KernelObserver = (kernel: TracedKernel) => void;

interface KernelRun {
  readonly kernelName?: string;
  readonly inputs: Readonly<Record<string, tf.Tensor>>;
  readonly attrs?: Readonly<Record<string, unknown>>;
}

interface TracedEngine {
  runKernelFunc: (run: KernelRun) => tf.Tensor | tf.Tensor[];
}

interface Tracer {
  readonly observe: KernelObserver;
  /** Above 0 inside a kernel, and while the observer runs. */
  depth: number;
}

let tracer: Tracer | undefined;

/**
 * Runs `f` and reports every kernel to `observe`: the same ones on every backend, because our composite operations
 * count as the one kernel that they are on the wasm engine. `f` must be synchronous. Not inside another trace.
 */
export function traceKernels<Result>(f: () => Result, observe: KernelObserver): Result {
  if (tracer !== undefined) throw new Error('traceKernels: a trace is being made already.');
  const engine = tf.engine() as unknown as TracedEngine;
  const stock = engine.runKernelFunc;
  tracer = { observe, depth: 0 };
  engine.runKernelFunc = (run) => {
    const { kernelName, inputs, attrs = {} } = run;
    const compute = () => stock.call(engine, run);
    return kernelName === undefined ? compute() : reportAs(kernelName, inputs, attrs, compute);
  };
  try {
    return f();
  } finally {
    tracer = undefined;
    // The method lives on the prototype: deleting the own property gives it back.
    Reflect.deleteProperty(engine, 'runKernelFunc');
  }
}

/** `compute()`, which a trace sees as one kernel of this name. Outside of a trace it is called and nothing else. */
export function asOneKernel<Result extends tf.Tensor>(
  kernelName: string,
  inputs: Readonly<Record<string, tf.Tensor>>,
  attributes: object,
  compute: () => Result,
): Result {
  if (tracer === undefined) return compute();
  return reportAs(kernelName, inputs, attributes as Record<string, unknown>, compute);
}

function reportAs<Result extends tf.Tensor | tf.Tensor[]>(
  kernelName: string,
  inputs: Readonly<Record<string, tf.Tensor>>,
  attributes: Readonly<Record<string, unknown>>,
  compute: () => Result,
): Result {
  const current = tracer;
  if (current === undefined || current.depth > 0) return compute();
  current.depth++;
  try {
    const result = compute();
    current.observe({ kernelName, inputs, attributes, outputs: [result].flat() as tf.Tensor[] });
    return result;
  } finally {
    current.depth--;
  }
}
