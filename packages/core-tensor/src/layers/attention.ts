import { attention, TintypeError, tf } from '@tintype/backend';
import type { ParameterScope } from '../parameters/create-parameters.ts';
import { assertDivisible, assertPositiveIntegers } from './assert-options.ts';
import { attendCausally } from './causal-attention.ts';
import { createLinear } from './linear.ts';

export interface AttentionOptions {
  /** Of the tokens that ask, and of the result. */
  channels: number;
  /** Divides `innerChannels`. @default 1 */
  heads?: number;
  /** Of queries, keys and values together over all heads. @default channels */
  innerChannels?: number;
  /** Of the tokens that are looked at, where they are others. @default channels */
  contextChannels?: number;
  /** Bias of the three projections; `to_out.0` always has one. @default true */
  bias?: boolean;
  /** Whether a token looks at itself and those before it alone; for models that draw one token after the other. @default false */
  causal?: boolean;
}

/** Tokens [b, n, channels], context [b, m, contextChannels] (the tokens themselves when left out) → [b, n, channels]. */
export type Attention = (tokens: tf.Tensor3D, context?: tf.Tensor3D) => tf.Tensor3D;

/**
 * Vaswani et al. (2017), arXiv:1706.03762: softmax(Q·Kᵀ/√d)·V per head, d = innerChannels/heads, then a projection.
 * Parameters as diffusers names them: `to_q`, `to_k`, `to_v`, `to_out.0`. Throws `E_CONFIG` where heads do not divide,
 * and `E_SHAPE` where a causal one gets a context of another length.
 */
export function createAttention(scope: ParameterScope, options: AttentionOptions): Attention {
  const { channels, heads = 1, innerChannels = channels, contextChannels = channels } = options;
  const { bias = true, causal = false } = options;
  assertPositiveIntegers('createAttention', { channels, heads, innerChannels, contextChannels });
  assertDivisible('createAttention', 'innerChannels', innerChannels, 'heads', heads);
  const projection = (name: string, inFeatures: number) =>
    createLinear(scope.child(name), { inFeatures, outFeatures: innerChannels, bias });
  const toQuery = projection('to_q', channels);
  const toKey = projection('to_k', contextChannels);
  const toValue = projection('to_v', contextChannels);
  const toOut = createLinear(scope.child('to_out.0'), { inFeatures: innerChannels, outFeatures: channels });
  const scale = 1 / Math.sqrt(innerChannels / heads);

  return (tokens, context = tokens) =>
    tf.tidy(() => {
      if (causal) assertSameLength(tokens, context);
      const parts = [toQuery(tokens), toKey(context), toValue(context)] as const;
      const attended = causal
        ? attendCausally(parts, { heads, scale })
        : attention(...parts, { heads, scale });
      return toOut(attended); // [b, n, channels]
    });
}

function assertSameLength(tokens: tf.Tensor3D, context: tf.Tensor3D): void {
  if (tokens.shape[1] === context.shape[1]) return;
  throw new TintypeError('E_SHAPE', {
    where: 'attention: context',
    what: 'causal attention pairs each token with one of the context',
    got: `${context.shape[1]} tokens`,
    expected: tokens.shape[1],
  });
}
