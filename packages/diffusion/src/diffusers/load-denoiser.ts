import { type LoadedModel, type RandomStream, type Storage, TintypeError } from '@tintype/core-tensor';
import type { UNet2d } from '../unet/unet-2d.ts';
import type { UNet2dCondition } from '../unet-condition/unet-2d-condition.ts';
import { loadUNet2dCondition } from './unet-condition-folder.ts';
import { type LoadUNet2dOptions, loadUNet2d } from './unet-folder.ts';

/** The networks of diffusers that a pipeline here can have. */
export type DiffusersDenoiser = UNet2d | UNet2dCondition;

/**
 * Loads the folder of a denoiser as the class that a pipeline says it is.
 * @throws TintypeError what `loadUNet2d` throws; `E_CONFIG` for another class, and where the output is neither a
 *   prediction nor a prediction with a learned variance
 */
export async function loadDenoiser(
  storage: Storage,
  folder: string,
  className: string,
  rng: RandomStream,
  options: LoadUNet2dOptions,
): Promise<LoadedModel<DiffusersDenoiser>> {
  const loaded = await loadClass(storage, folder, className, rng, options);
  const { channels, outChannels, varianceType } = loaded.model.config;
  if (varianceType !== 'fixed' || outChannels === channels) return loaded;
  loaded.model.dispose();
  throw new TintypeError('E_CONFIG', {
    where: 'diffusers configuration: out_channels',
    what: 'the scheduler says of no learned variance, so that the net must give as many channels as it takes',
    got: outChannels,
    expected: channels,
  });
}

function loadClass(
  storage: Storage,
  folder: string,
  className: string,
  rng: RandomStream,
  options: LoadUNet2dOptions,
): Promise<LoadedModel<DiffusersDenoiser>> {
  switch (className) {
    case 'UNet2DModel':
      return loadUNet2d(storage, folder, rng, options);
    case 'UNet2DConditionModel':
      return loadUNet2dCondition(storage, folder, rng, options);
    default:
      throw new TintypeError('E_CONFIG', {
        where: 'model_index.json: unet',
        what: 'this network is not supported',
        got: className,
        expected: 'UNet2DModel | UNet2DConditionModel',
      });
  }
}
