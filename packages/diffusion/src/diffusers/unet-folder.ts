import {
  type JsonObject,
  type LoadedModel,
  loadDiffusersModel,
  type RandomStream,
  type Storage,
  writeDiffusersFolder,
} from '@tintype/core-tensor';
import type { UNet2dConfig } from '../unet/config.ts';
import { createUNet2d, type UNet2d } from '../unet/unet-2d.ts';
import { fromPixelShuffle, toPixelShuffle } from './patch-channels.ts';
import { unfoldPatches, writePatchSize } from './patch-size.ts';
import { readDiffusersUNet2d, writeDiffusersUNet2d } from './unet-config.ts';

export interface LoadUNet2dOptions
  extends Pick<UNet2dConfig, 'predictionType' | 'varianceType' | 'checkpointActivations'> {
  /** Which weights, such as `fp16`. @default full precision, or the only variant there is */
  readonly variant?: string;
}

/**
 * Loads a folder of diffusers' UNet2DModel: the same function as there, trainable afterwards. A net that `saveUNet2d`
 * wrote comes back with its `patchSize`. `rng` draws initial values, which the weights replace.
 * @throws TintypeError what `loadDiffusersModel`, `readDiffusersUNet2d` and `createUNet2d` throw
 */
export function loadUNet2d(
  storage: Storage,
  folder: string,
  rng: RandomStream,
  { variant, ...options }: LoadUNet2dOptions = {},
): Promise<LoadedModel<UNet2d>> {
  const create = (json: JsonObject) =>
    createUNet2d({ ...unfoldPatches(readDiffusersUNet2d(json), json), ...options }, rng);
  return loadDiffusersModel(storage, folder, create, {
    variant,
    arrange: (tensors, model) => fromPixelShuffle(tensors, model.config),
  });
}

/**
 * Writes a folder that `UNet2DModel.from_pretrained` of diffusers loads. With `patchSize` p it is a net on c·p² channels
 * at 1/p of the size, in the order of `torch.nn.functional.pixel_shuffle`, which makes its output the image.
 * @throws TintypeError what `writeDiffusersUNet2d` and `writeDiffusersFolder` throw
 */
export function saveUNet2d(storage: Storage, folder: string, model: UNet2d): Promise<void> {
  const { config, parameters } = model;
  const { _class_name: className, ...json } = writeDiffusersUNet2d(config);
  return writeDiffusersFolder(storage, folder, {
    className: String(className),
    config: { ...json, ...writePatchSize(config) },
    parameters,
    arrange: (tensors) => toPixelShuffle(tensors, config),
  });
}
