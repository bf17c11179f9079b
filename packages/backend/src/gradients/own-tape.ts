import { tf } from '../tf.ts';
import { engineInternals } from './engine.ts';

/**
 * Gradients of Σ f()·dy by `xs`, also in the middle of another backward pass, whose tape tfjs would drop for the new one.
 * What the inner tape saved is freed at once. Inside a gradient that is being recorded it joins that tape, so that it
 * can be differentiated again. An x that f does not use has no gradient.
 */
export function gradientsOnOwnTape(
  f: () => tf.Tensor,
  xs: readonly tf.Tensor[],
  dy: tf.Tensor,
): (tf.Tensor | undefined)[] {
  const { state } = engineInternals();
  const compute = () => {
    const { grads } = tf.engine().gradients(f, [...xs], dy, true);
    return grads.map((gradient) => gradient ?? undefined) as tf.Tensor[];
  };
  if (state.gradientDepth > 0) return tf.tidy(compute);
  const outer = state.activeTape;
  try {
    return tf.tidy(compute);
  } catch (error) {
    for (const { saved } of state.activeTape ?? []) if (state.activeTape !== outer) tf.dispose(saved);
    throw error;
  } finally {
    state.activeTape = outer;
  }
}

/** Gradients being recorded at this moment, one inside the other: 0 outside, 2 or more where a second derivative will be asked for. */
export function recordingDepth(): number {
  const { gradientDepth, kernelDepth } = engineInternals().state;
  return kernelDepth === 0 ? gradientDepth : 0;
}
