import type { BackendName } from '../device/backend-info.ts';
import { TintypeError } from '../errors/tintype-error.ts';
import { kernels } from '../kernels/index.ts';
import { tf } from '../tf.ts';
import { gradients } from './entries.ts';
import { assertCorrected, assertEngineUnchanged } from './self-test.ts';
import { correctTapeOrder } from './tape-order.ts';

// tfjs keeps one engine and one registry per process, shared by the ESM and the CommonJS copy of this package
// and by other users of tfjs. So what is installed is remembered beside them, not in this module.

interface Installation {
  /** Undoes the gradients and the tape order. */
  undoGradients: (() => void)[];
  /** Undoes the kernels of each backend installed so far. */
  undoKernels: Map<BackendName, (() => void)[]>;
}

const key = Symbol.for('tintype.backend.corrections');
const shared = globalThis as typeof globalThis & { [key]?: Installation };

/**
 * Corrects tfjs's gradients, and adds or replaces kernels of one backend, which must be ready. Calling it again,
 * for the same or another backend, is safe. Affects every user of tfjs in this process until `uninstall`.
 *
 * @throws TintypeError `E_ENGINE_CHANGED` where tfjs is not the version, or not built as, this package expects;
 *   `E_NO_BACKEND` where another backend is in use.
 */
export function installCorrections(backend: BackendName): void {
  if (tf.getBackend() !== backend) {
    throw new TintypeError('E_NO_BACKEND', {
      where: 'installCorrections',
      what: 'the backend must be in use first',
      got: tf.getBackend(),
      expected: backend,
    });
  }
  const isFirst = shared[key] === undefined;
  if (!shared[key]?.undoKernels.has(backend)) assertEngineUnchanged(backend);
  shared[key] ??= { undoGradients: [], undoKernels: new Map() };
  const installation: Installation = shared[key];
  if (isFirst) installation.undoGradients.push(correctTapeOrder(), ...gradients.map(replaceGradient));
  if (installation.undoKernels.has(backend)) return;
  const own = kernels.filter(({ backendName }) => backendName === backend);
  installation.undoKernels.set(backend, own.map(replaceKernel));
  try {
    assertCorrected(backend);
  } catch (error) {
    uninstall();
    throw error;
  }
}

/** Gives tfjs back exactly as it was: gradients, kernels of all backends, tape order. Safe to call twice. */
export function uninstall(): void {
  const installation = shared[key];
  if (installation === undefined) return;
  delete shared[key];
  const undo = [...installation.undoGradients, ...[...installation.undoKernels.values()].flat()];
  for (const step of undo.reverse()) step();
}

function replaceGradient(entry: (typeof gradients)[number]): () => void {
  const stock = tf.getGradient(entry.kernelName);
  tf.registerGradient(entry as tf.GradConfig);
  return () => (stock ? tf.registerGradient(stock) : tf.unregisterGradient(entry.kernelName));
}

function replaceKernel({ kernelName, backendName, create }: (typeof kernels)[number]): () => void {
  const stock: tf.KernelConfig | undefined = tf.getKernel(kernelName, backendName);
  if (stock) tf.unregisterKernel(kernelName, backendName);
  // Keeps tfjs's set-up, which runs again when the backend is made anew.
  tf.registerKernel({ ...stock, kernelName, backendName, kernelFunc: create(stock?.kernelFunc) });
  return () => {
    tf.unregisterKernel(kernelName, backendName);
    if (stock) tf.registerKernel(stock);
  };
}
