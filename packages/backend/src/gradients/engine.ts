import { tf } from '../tf.ts';

/** One recorded operation of tfjs's tape. */
export interface TapeNode {
  id: number;
  kernelName: string;
  inputs: Record<string, tf.Tensor>;
  outputs: tf.Tensor[];
  saved: tf.Tensor[];
  gradient?: (dys: tf.Tensor[]) => unknown;
}

export type AddTapeNode = (
  kernelName: string,
  inputs: Record<string, tf.Tensor>,
  outputs: tf.Tensor[],
  gradientFunction: unknown,
  saved: tf.Tensor[],
  attributes: unknown,
) => void;

/** The private parts of tfjs's engine that the corrections rely on. The self-test checks each of them. */
export interface EngineInternals {
  addTapeNode: AddTapeNode;
  startTape(): void;
  endTape(): void;
  state: {
    activeTape: TapeNode[] | null;
    nextTapeNodeId: number;
    /** How many gradients are being recorded, one inside the other. */
    gradientDepth: number;
    /** Above 0 inside a kernel or a customGrad, where nothing is recorded. */
    kernelDepth: number;
  };
}

export function engineInternals(): EngineInternals {
  return tf.engine() as unknown as EngineInternals;
}

/** Runs a kernel of the current backend by name; recorded on the tape like any operation. */
export function runKernel<T extends tf.Tensor = tf.Tensor>(
  kernelName: string,
  inputs: Record<string, tf.Tensor>,
  attributes: object = {},
): T {
  return tf.engine().runKernel(kernelName, inputs, attributes as tf.NamedAttrMap) as unknown as T;
}
