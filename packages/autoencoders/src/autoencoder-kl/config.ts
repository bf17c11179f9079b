import { assertConfig, v } from '@tintype/core-tensor';
import {
  assertCoderFits,
  defaultImageCoderConfig,
  type ImageCoderConfig,
  imageCoderEntries,
} from '../image-coder/config.ts';

export interface AutoencoderKlConfig extends ImageCoderConfig {
  /** Subtracted from the latents before they are scaled for a diffusion model; null is 0. @default null */
  readonly shiftFactor: number | null;
  /** A 1×1 convolution behind the encoder. @default true */
  readonly usesQuantConv: boolean;
  /** A 1×1 convolution in front of the decoder. @default true */
  readonly usesPostQuantConv: boolean;
}

/** A small net for 32×32 colour images, with latents of 16×16×4. */
export const defaultAutoencoderKlConfig: AutoencoderKlConfig = {
  ...defaultImageCoderConfig,
  forceUpcast: true,
  shiftFactor: null,
  usesQuantConv: true,
  usesPostQuantConv: true,
};

const schema = v.strictObject({
  ...imageCoderEntries,
  shiftFactor: v.nullable(v.pipe(v.number(), v.finite())),
  usesQuantConv: v.boolean(),
  usesPostQuantConv: v.boolean(),
});

/** Throws `E_UNKNOWN_OPTION`, `E_CONFIG`, or `E_SHAPE` where imageSize cannot be halved at every level. */
export function validateAutoencoderKlConfig(config: unknown): AutoencoderKlConfig {
  const valid = assertConfig(schema, config, 'AutoencoderKlConfig');
  assertCoderFits(valid, 'AutoencoderKlConfig');
  return valid;
}
