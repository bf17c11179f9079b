import {
  type JsonObject,
  type LoadedModel,
  loadDiffusersModel,
  numberAt,
  type RandomStream,
  type Storage,
  TintypeError,
  writeDiffusersFolder,
} from '@tintype/core-tensor';
import type { UNet2dConfig } from '../unet/config.ts';
import { createUNet2d, type UNet2d } from '../unet/unet-2d.ts';
import { fromPixelShuffle, toPixelShuffle } from './patch-channels.ts';
import { readDiffusersUNet2d, writeDiffusersUNet2d } from './unet-config.ts';

/** Private to this library, and passed over by diffusers: the net works on squares of so many pixels a side. */
const patchSizeKey = '_tintype_patch_size';

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
    createUNet2d({ ...withPatches(readDiffusersUNet2d(json), json), ...options }, rng);
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
    config: config.patchSize === 1 ? json : { ...json, [patchSizeKey]: config.patchSize },
    parameters,
    arrange: (tensors) => toPixelShuffle(tensors, config),
  });
}

function withPatches(config: UNet2dConfig, json: JsonObject): UNet2dConfig {
  const patchSize = numberAt(json, patchSizeKey, 1);
  const square = patchSize ** 2;
  const { imageSize, channels, outChannels = channels } = config;
  const isWhole = [patchSize, channels / square, outChannels / square].every(
    (value) => Number.isInteger(value) && value > 0,
  );
  if (isWhole) {
    return {
      ...config,
      patchSize,
      imageSize: imageSize * patchSize,
      channels: channels / square,
      outChannels: outChannels / square,
    };
  }
  throw new TintypeError('E_CONFIG', {
    where: `diffusers configuration: ${patchSizeKey}`,
    what: 'the channels cannot be cut into squares of this side',
    got: `side ${patchSize}, ${channels} and ${outChannels} channels`,
  });
}
