import { tf } from '../tf.ts';

/** Puts an opened backend in the place of tfjs's own factory, or of one that was closed. Kernels stay. */
export function replaceBackend(name: string, backend: tf.KernelBackend, priority: number): void {
  forgetBackend(name);
  tf.registerBackend(name, () => backend, priority);
}

/** Like tf.removeBackend, which throws on a name that is not registered. */
export function forgetBackend(name: string): void {
  if (tf.findBackendFactory(name)) tf.removeBackend(name);
}
