import { tf } from '../tf.ts';

/** Whether the backward pass that runs now is itself on a tape: it must then consist of differentiable operations. */
export function isRecording(): boolean {
  return tf.engine().state.gradientDepth > 0;
}
