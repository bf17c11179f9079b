import {
  type JsonObject,
  type LoadedModel,
  loadDiffusersModel,
  type RandomStream,
  type Storage,
  writeDiffusersFolder,
} from '@tintype/core-tensor';
import { createUNet2dCondition, type UNet2dCondition } from '../unet-condition/unet-2d-condition.ts';
import { fromPixelShuffle, toPixelShuffle } from './patch-channels.ts';
import { unfoldPatches, writePatchSize } from './patch-size.ts';
import { readDiffusersUNet2dCondition, writeDiffusersUNet2dCondition } from './unet-condition-config.ts';
import type { LoadUNet2dOptions } from './unet-folder.ts';

/**
 * Loads a folder of diffusers' UNet2DConditionModel, as `loadUNet2d` loads one of UNet2DModel.
 * @throws TintypeError what `loadDiffusersModel`, `readDiffusersUNet2dCondition` and `createUNet2dCondition` throw
 */
export function loadUNet2dCondition(
  storage: Storage,
  folder: string,
  rng: RandomStream,
  { variant, ...options }: LoadUNet2dOptions = {},
): Promise<LoadedModel<UNet2dCondition>> {
  const create = (json: JsonObject) =>
    createUNet2dCondition({ ...unfoldPatches(readDiffusersUNet2dCondition(json), json), ...options }, rng);
  return loadDiffusersModel(storage, folder, create, {
    variant,
    arrange: (tensors, model) => fromPixelShuffle(tensors, model.config),
  });
}

/**
 * Writes a folder that `UNet2DConditionModel.from_pretrained` of diffusers loads; patches as in `saveUNet2d`.
 * @throws TintypeError what `writeDiffusersFolder` throws
 */
export function saveUNet2dCondition(
  storage: Storage,
  folder: string,
  { config, parameters }: UNet2dCondition,
): Promise<void> {
  const { _class_name: className, ...json } = writeDiffusersUNet2dCondition(config);
  return writeDiffusersFolder(storage, folder, {
    className: String(className),
    config: { ...json, ...writePatchSize(config) },
    parameters,
    arrange: (tensors) => toPixelShuffle(tensors, config),
  });
}
