import { TintypeError } from '../errors/tintype-error.ts';
import type { BackendInfo } from './backend-info.ts';
import { engineState } from './engine-state.ts';

/**
 * The backend that `selectBackend` took.
 * @throws TintypeError E_NO_BACKEND before the first selection and after `closeBackend`.
 */
export function currentBackend(): BackendInfo {
  const { info } = engineState();
  if (info === undefined) {
    throw new TintypeError('E_NO_BACKEND', {
      what: 'no backend is selected',
      remedy: 'Call `await selectBackend()` before creating models or tensors',
    });
  }
  return info;
}
