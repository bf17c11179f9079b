import type { tf } from '../../tf.ts';

export interface NormalizeRowsOptions {
  readonly epsilon: number;
  /** Divides the channels. @default channels: each stands alone */
  readonly groups?: number;
  /** Each [c]. */
  readonly affine?: { readonly weight: tf.Tensor; readonly bias: tf.Tensor };
  /** What follows the affine map; 'silu' is z·σ(z). @default 'none' */
  readonly activation?: 'none' | 'silu';
  /** Sees mean and biased variance while they live: [b, 1, c], or [b, 1, 1] where one position is one group. */
  readonly observe?: (mean: tf.Tensor, variance: tf.Tensor) => void;
}
