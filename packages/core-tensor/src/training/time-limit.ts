import { TintypeError, tf } from '@tintype/backend';

/**
 * The result of a callback, or `E_TIMEOUT` naming it when it does not settle in time. Tensors that arrive too
 * late are freed.
 */
export async function withTimeLimit<T>(name: string, limitMs: number, run: () => T | Promise<T>): Promise<T> {
  const work = Promise.resolve(run());
  let timer: ReturnType<typeof setTimeout> | undefined;
  const limit = new Promise<never>((_, reject) => {
    timer = setTimeout(() => {
      work.then((late) => tf.dispose(late as tf.TensorContainer), ignoreLateFailure);
      reject(
        new TintypeError('E_TIMEOUT', {
          where: `trainLoop: ${name}`,
          what: `did not settle within ${limitMs} ms`,
          remedy: 'Make it shorter, or raise callbackTimeoutMs',
        }),
      );
    }, limitMs);
  });
  try {
    return await Promise.race([work, limit]);
  } finally {
    clearTimeout(timer);
  }
}

function ignoreLateFailure(): void {}
