import { assertConfig, v } from '@tintype/core-tensor';
import {
  assertCoderFits,
  defaultImageCoderConfig,
  type ImageCoderConfig,
  imageCoderEntries,
} from '../image-coder/config.ts';
import { type VectorQuantizerConfig, vectorQuantizerEntries } from '../vector-quantizer/index.ts';

export interface VqModelConfig
  extends ImageCoderConfig,
    Pick<VectorQuantizerConfig, 'codebookSize' | 'embeddingDim' | 'commitmentCost' | 'betaOn'> {
  /** A note of diffusers: latents are given to its decoder as indices. Kept for the export. @default false */
  readonly lookupFromCodebook: boolean;
}

/** A small net for 32×32 colour images: 16×16 codes of 256, 2048 bits an image. */
export const defaultVqModelConfig: VqModelConfig = {
  ...defaultImageCoderConfig,
  latentChannels: 3,
  codebookSize: 256,
  embeddingDim: 3,
  commitmentCost: 0.25,
  betaOn: 'commitment',
  lookupFromCodebook: false,
};

const { codebookSize, embeddingDim, commitmentCost } = vectorQuantizerEntries;

const schema = v.strictObject({
  ...imageCoderEntries,
  codebookSize,
  embeddingDim,
  commitmentCost,
  betaOn: v.picklist(['commitment', 'codebook']),
  lookupFromCodebook: v.boolean(),
});

/** Throws `E_UNKNOWN_OPTION`, `E_CONFIG`, or `E_SHAPE` where imageSize cannot be halved at every level. */
export function validateVqModelConfig(config: unknown): VqModelConfig {
  const valid = assertConfig(schema, config, 'VqModelConfig');
  assertCoderFits(valid, 'VqModelConfig');
  return valid;
}
