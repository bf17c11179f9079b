import { createLinear, gelu, type ParameterScope, tf } from '@tintype/core-tensor';

/** How much wider the inside of a feed-forward is. */
const expansion = 4;

/**
 * Shazeer (2020), arXiv 2002.05202, GEGLU: (a · GELU(b)) W with a and b two halves of one product. Tokens [b, n, channels]
 * → the same shape. Parameters as diffusers names them: `net.0.proj`, `net.2`.
 */
export function createFeedForward(
  scope: ParameterScope,
  channels: number,
): (tokens: tf.Tensor3D) => tf.Tensor3D {
  const inner = expansion * channels;
  const proj = createLinear(scope.child('net.0.proj'), { inFeatures: channels, outFeatures: 2 * inner });
  const out = createLinear(scope.child('net.2'), { inFeatures: inner, outFeatures: channels });
  return (tokens) =>
    tf.tidy(() => {
      const [value, gate] = tf.split(proj(tokens), 2, 2) as [tf.Tensor3D, tf.Tensor3D]; // [b, n, inner] each
      return out(tf.mul(value, gelu(gate)) as tf.Tensor3D);
    });
}
