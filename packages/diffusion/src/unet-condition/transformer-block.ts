import { createAttention, createLayerNorm, type ParameterScope, tf } from '@tintype/core-tensor';
import { createFeedForward } from './feed-forward.ts';

export interface TransformerBlockOptions {
  readonly channels: number;
  /** Divides `channels`. */
  readonly heads: number;
  /** Channels of the context's tokens. */
  readonly contextChannels: number;
}

/** Tokens [b, n, channels], context [b, m, contextChannels] → [b, n, channels]. */
export type TransformerBlock = (tokens: tf.Tensor3D, context: tf.Tensor3D) => tf.Tensor3D;

/**
 * Self-attention, attention to the context, feed-forward, each behind a layer norm and added to what came in (diffusers'
 * BasicTransformerBlock: `norm1`, `attn1`, `norm2`, `attn2`, `norm3`, `ff`).
 */
export function createTransformerBlock(
  scope: ParameterScope,
  options: TransformerBlockOptions,
): TransformerBlock {
  const { channels, heads, contextChannels } = options;
  const norm = (name: string) => createLayerNorm(scope.child(name), { features: channels });
  const norm1 = norm('norm1');
  const attendSelf = createAttention(scope.child('attn1'), { channels, heads, bias: false });
  const norm2 = norm('norm2');
  const attendContext = createAttention(scope.child('attn2'), {
    channels,
    heads,
    contextChannels,
    bias: false,
  });
  const norm3 = norm('norm3');
  const feedForward = createFeedForward(scope.child('ff'), channels);
  return (tokens, context) =>
    tf.tidy(() => {
      let h = tokens;
      h = h.add(attendSelf(norm1(h)));
      h = h.add(attendContext(norm2(h), context));
      return h.add(feedForward(norm3(h)));
    });
}
