import {
  createAttention,
  createLayerNorm,
  createLinear,
  type ParameterScope,
  silu,
  tf,
} from '@tintype/core-tensor';

export interface TransformerBlockOptions {
  readonly channels: number;
  /** Divides the channels. */
  readonly heads: number;
  /** Whether a token sees itself and those before it alone. @default true */
  readonly causal?: boolean;
}

/** [b, n, channels] → [b, n, channels]. */
export type TransformerBlock = (tokens: tf.Tensor3D) => tf.Tensor3D;

/**
 * Attention, then two linear layers with SiLU between them, each behind its layer norm and added to what came in.
 * Parameters as diffusers names those of its blocks: `norm1`, `attn1`, `norm2`, `ff.net.0.proj`, `ff.net.2`.
 */
export function createTransformerBlock(
  scope: ParameterScope,
  { channels, heads, causal = true }: TransformerBlockOptions,
): TransformerBlock {
  const normOf = (name: string) => createLayerNorm(scope.child(name), { features: channels });
  const attendNorm = normOf('norm1');
  const attend = createAttention(scope.child('attn1'), { channels, heads, causal });
  const forwardNorm = normOf('norm2');
  const linear = (name: string, inFeatures: number, outFeatures: number) =>
    createLinear(scope.child(name), { inFeatures, outFeatures });
  const widen = linear('ff.net.0.proj', channels, 4 * channels);
  const narrow = linear('ff.net.2', 4 * channels, channels);

  return (tokens) =>
    tf.tidy(() => {
      const attended = tokens.add<tf.Tensor3D>(attend(attendNorm(tokens)));
      return attended.add<tf.Tensor3D>(narrow(silu(widen(forwardNorm(attended)))));
    });
}
