import { TintypeError } from '../errors/tintype-error.ts';
import type { BackendInfo } from './backend-info.ts';
import { currentBackend } from './current-backend.ts';
import { engineState } from './engine-state.ts';
import { selectBackend } from './select-backend.ts';

/**
 * Selects the backend in use once more, with the options it was selected with: where its device was lost, on a new one.
 * Tensors of the lost device are gone; assign to variables before they are read.
 * @throws TintypeError `E_NO_BACKEND`, `E_DEVICE_LOST` where there is no device to be had
 */
export async function reopenBackend(): Promise<BackendInfo> {
  const { name } = currentBackend();
  const { order: _, ...options } = engineState().selection ?? {};
  try {
    return await selectBackend({ ...options, backend: name });
  } catch (cause) {
    throw new TintypeError('E_DEVICE_LOST', {
      where: 'reopenBackend',
      what: `${name} could not be opened again`,
      remedy: 'Restart the process, or select another backend and restore the last checkpoint',
      cause,
    });
  }
}
