import type { tf } from '@tintype/backend';
import type { ParameterLayout } from '../parameters/parameter-tree.ts';

export type JsonValue =
  | null
  | boolean
  | number
  | string
  | readonly JsonValue[]
  | { readonly [key: string]: JsonValue };

/** A live tensor that must survive, with the layout that says how it is written. */
export interface StateTensor {
  readonly tensor: tf.Tensor;
  readonly layout: ParameterLayout;
  readonly chwShape?: readonly [number, number, number];
}

/** Anything that holds state: an optimiser, an EMA, an image pool. Tensors are owned by the part. */
export interface StatePart {
  tensors(): ReadonlyMap<string, StateTensor>;
  values(): { readonly [key: string]: JsonValue };
  /** All or nothing: throws `E_CHECKPOINT_MISMATCH` before anything is changed. Borrows the tensors. */
  restore(tensors: ReadonlyMap<string, tf.Tensor>, values: { readonly [key: string]: JsonValue }): void;
}

/**
 * Everything of a training that must survive. The first path segment of a tensor's name is the file it is
 * saved in: `model/…`, `ema/…`, `optimizer/…`, `part/…`; the rest is its name in that file.
 */
export interface TrainState extends StatePart {
  /** The learning rate that each optimiser's next step will use, by the optimiser's name. */
  readonly learningRates?: Readonly<Record<string, number>>;
}
