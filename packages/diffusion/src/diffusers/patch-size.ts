import { type JsonObject, numberAt, TintypeError } from '@tintype/core-tensor';
import type { ResolvedUNetConfig, UNetConfig } from '../unet-blocks/config.ts';

/** Private to this library, and passed over by diffusers: the net works on squares of so many pixels a side. */
const patchSizeKey = '_tintype_patch_size';

/** The key that brings a net on squares of pixels back as one, where it is one. */
export function writePatchSize({ patchSize }: Pick<ResolvedUNetConfig, 'patchSize'>): JsonObject {
  return patchSize === 1 ? {} : { [patchSizeKey]: patchSize };
}

/** The net on images, of the net on their patches that the other keys describe. Throws `E_CONFIG` if it cannot be one. */
export function unfoldPatches<Config extends UNetConfig>(config: Config, json: JsonObject): Config {
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
