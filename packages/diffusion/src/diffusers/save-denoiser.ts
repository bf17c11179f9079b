import type { Storage } from '@tintype/core-tensor';
import type { UNet2dCondition } from '../unet-condition/unet-2d-condition.ts';
import type { DiffusersDenoiser } from './load-denoiser.ts';
import { saveUNet2dCondition } from './unet-condition-folder.ts';
import { saveUNet2d } from './unet-folder.ts';

/** Writes the folder of a denoiser and gives its class in diffusers. Throws what `saveUNet2d` throws. */
export async function saveDenoiser(
  storage: Storage,
  folder: string,
  denoiser: DiffusersDenoiser,
): Promise<string> {
  if (looksAtTokens(denoiser)) {
    await saveUNet2dCondition(storage, folder, denoiser);
    return 'UNet2DConditionModel';
  }
  await saveUNet2d(storage, folder, denoiser);
  return 'UNet2DModel';
}

function looksAtTokens(denoiser: DiffusersDenoiser): denoiser is UNet2dCondition {
  return 'crossAttentionDim' in denoiser.config;
}
