import type { tf } from '@tintype/backend';

/**
 * How an entry lies in memory (tfjs), hence how it is transposed to PyTorch's layout on disk:
 * conv [kh,kw,in,out] ↔ [out,in,kh,kw]; convTransposed [kh,kw,out,in] ↔ [in,out,kh,kw]; linear [in,out] ↔ [out,in];
 * linearFromChw as linear, its input axis flattened H,W,C in memory and C,H,W on disk; plain as it is.
 */
export type ParameterLayout = 'conv' | 'convTransposed' | 'linear' | 'linearFromChw' | 'plain';

export interface ParameterEntry {
  readonly variable: tf.Variable;
  /** False for buffers: running statistics, codebook counts, spectral-norm vectors. */
  readonly isTrainable: boolean;
  readonly layout: ParameterLayout;
  /** The [channels, height, width] that were flattened; only with `linearFromChw`. */
  readonly chwShape?: readonly [number, number, number];
}

/** The parameters of a model by name, in order of creation. It may grow; optimisers and EMA follow. */
export type ParameterTree = ReadonlyMap<string, ParameterEntry>;
