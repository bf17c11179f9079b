import {
  booleanAt,
  type JsonObject,
  type LoadedModel,
  loadDiffusersModel,
  numberOrNullAt,
  type RandomStream,
  refuseUnsupported,
  type Storage,
  writeDiffusersFolder,
} from '@tintype/core-tensor';
import { readImageCoderConfig, writeImageCoderConfig } from '../image-coder/diffusers-config.ts';
import { type AutoencoderKl, createAutoencoderKl } from './autoencoder-kl.ts';
import type { AutoencoderKlConfig } from './config.ts';

const className = 'AutoencoderKL';

/**
 * Reads the `config.json` of a diffusers AutoencoderKL. What it leaves out takes diffusers' defaults.
 * Throws `E_CONFIG` for block types and features that are not supported (attention inside levels, latent statistics).
 */
export function readDiffusersAutoencoderKl(json: JsonObject): AutoencoderKlConfig {
  refuseUnsupported(json, { _class_name: [className], latents_mean: [null], latents_std: [null] });
  return {
    ...readImageCoderConfig(json, { latentChannels: 4, forceUpcast: true }),
    shiftFactor: numberOrNullAt(json, 'shift_factor'),
    usesQuantConv: booleanAt(json, 'use_quant_conv', true),
    usesPostQuantConv: booleanAt(json, 'use_post_quant_conv', true),
  };
}

/** A configuration under diffusers' names; `readDiffusersAutoencoderKl` gives it back. */
export function writeDiffusersAutoencoderKl(config: AutoencoderKlConfig): JsonObject {
  return {
    ...writeImageCoderConfig(config),
    latents_mean: null,
    latents_std: null,
    shift_factor: config.shiftFactor,
    use_post_quant_conv: config.usesPostQuantConv,
    use_quant_conv: config.usesQuantConv,
  };
}

/**
 * Loads a model folder of diffusers: the same function as there, trainable afterwards. Half precision becomes float32.
 * `rng` draws initial values, which the weights replace. Throws what `loadDiffusersModel` and `createAutoencoderKl` throw.
 */
export function loadAutoencoderKl(
  storage: Storage,
  folder: string,
  rng: RandomStream,
): Promise<LoadedModel<AutoencoderKl>> {
  return loadDiffusersModel(storage, folder, (json) =>
    createAutoencoderKl(readDiffusersAutoencoderKl(json), rng),
  );
}

/** Writes a folder that `AutoencoderKL.from_pretrained` of diffusers loads. Throws what `writeDiffusersFolder` throws. */
export function saveAutoencoderKl(storage: Storage, folder: string, model: AutoencoderKl): Promise<void> {
  const { config, parameters } = model;
  return writeDiffusersFolder(storage, folder, {
    className,
    config: writeDiffusersAutoencoderKl(config),
    parameters,
  });
}
