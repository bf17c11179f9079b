import type { tf } from '@tintype/backend';
import type { Shape } from './size.ts';

export type Numbers = Float32Array | Int32Array | Uint8Array;

/** Numbers of a constant. Where the value's side depends on the batch they are equal along it, and given once. */
export interface Constant {
  readonly numbers: Numbers;
  /** As the value's shape, with 1 for each side that depends on the batch. */
  readonly shape: readonly number[];
  /** Name of the parameter that it is. */
  readonly parameter?: string;
}

export interface GraphValue {
  readonly shape: Shape;
  readonly dtype: tf.DataType;
  readonly constant?: Constant;
}

/** A kernel of a graph that holds for every batch size: what depends on it in the attributes is a `PerBatch`. */
export interface GraphNode {
  readonly kernelName: string;
  readonly inputs: Readonly<Record<string, number>>;
  readonly attributes: Readonly<Record<string, unknown>>;
  readonly outputs: readonly number[];
}

export interface Graph {
  readonly values: readonly GraphValue[];
  readonly nodes: readonly GraphNode[];
  readonly inputs: Readonly<Record<string, number>>;
  readonly outputs: Readonly<Record<string, number>>;
}
