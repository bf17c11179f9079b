import { currentEngine } from '../../engine/current-engine.ts';
import { runKernel } from '../../gradients/engine.ts';
import { defineGradient, type GradientEntry } from '../../gradients/gradient-entry.ts';
import { isRecording } from '../../gradients/is-recording.ts';
import { tf } from '../../tf.ts';

/** One kernel on the wasm engine, plain operations elsewhere and where the backward pass is recorded. */
function isFused(dy: tf.Tensor, y: tf.Tensor): boolean {
  const isFloat = dy.dtype === 'float32' && y.dtype === 'float32';
  return isFloat && tf.getBackend() === 'wasm' && currentEngine() !== undefined && !isRecording();
}

/** dx = y·(dy − Σ dy·y) */
const softmaxGradient = defineGradient({
  kernelName: 'Softmax',
  savesOutput: true,
  gradient: (dy, [y]) => ({
    logits: () => {
      if (isFused(dy, y!)) return runKernel('TintypeSoftmaxGradient', { y: y!, dy });
      return tf.mul(y!, tf.sub(dy, tf.sum(tf.mul(dy, y!), -1, true)));
    },
  }),
});

/** dx = dy − eʸ·Σ dy */
const logSoftmaxGradient = defineGradient({
  kernelName: 'LogSoftmax',
  savesOutput: true,
  gradient: (dy, [y]) => ({
    logits: () => {
      if (isFused(dy, y!)) return runKernel('TintypeLogSoftmaxGradient', { y: y!, dy });
      return tf.sub(dy, tf.mul(tf.sum(dy, -1, true), tf.exp(y!)));
    },
  }),
});

export const softmaxGradients: readonly GradientEntry[] = [softmaxGradient, logSoftmaxGradient];
