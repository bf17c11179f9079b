import {
  booleanAt,
  type JsonObject,
  type LoadedModel,
  loadDiffusersModel,
  numberAt,
  numberOrNullAt,
  type RandomStream,
  refuseUnsupported,
  type Storage,
  writeDiffusersFolder,
} from '@tintype/core-tensor';
import { readImageCoderConfig, writeImageCoderConfig } from '../image-coder/diffusers-config.ts';
import type { VqModelConfig } from './config.ts';
import { createVqModel, type VqModel } from './vq-model.ts';

const className = 'VQModel';

/** What a model is trained with and no `config.json` holds. */
export type VqModelTraining = Pick<VqModelConfig, 'commitmentCost' | 'betaOn'>;

/** How diffusers trains (`legacy=True`): β = 0.25 weighs the codebook term, the encoder's pull has weight 1. */
export const diffusersVqTraining: VqModelTraining = { commitmentCost: 0.25, betaOn: 'codebook' };

/**
 * Reads the `config.json` of a diffusers VQModel. What it leaves out takes diffusers' defaults.
 * @param training β and its term. @default diffusersVqTraining
 * @throws TintypeError `E_CONFIG` for block types and features that are not supported (spatial norm)
 */
export function readDiffusersVqModel(
  json: JsonObject,
  { commitmentCost, betaOn }: VqModelTraining = diffusersVqTraining,
): VqModelConfig {
  refuseUnsupported(json, { _class_name: [className], norm_type: ['group'] });
  const coder = readImageCoderConfig(json, { latentChannels: 3, forceUpcast: false });
  return {
    ...coder,
    codebookSize: numberAt(json, 'num_vq_embeddings', 256),
    embeddingDim: numberOrNullAt(json, 'vq_embed_dim') ?? coder.latentChannels,
    commitmentCost,
    betaOn,
    lookupFromCodebook: booleanAt(json, 'lookup_from_codebook', false),
  };
}

/** A configuration under diffusers' names; `readDiffusersVqModel` gives it back, all but β and its term. */
export function writeDiffusersVqModel(config: VqModelConfig): JsonObject {
  const { embeddingDim, latentChannels } = config;
  return {
    ...writeImageCoderConfig(config),
    lookup_from_codebook: config.lookupFromCodebook,
    norm_type: 'group',
    num_vq_embeddings: config.codebookSize,
    vq_embed_dim: embeddingDim === latentChannels ? null : embeddingDim,
  };
}

/**
 * Loads a model folder of diffusers: the same function as there, trainable afterwards. Half precision becomes float32.
 * `rng` draws initial values, which the weights replace. Throws what `loadDiffusersModel` and `createVqModel` throw.
 * @param training β and its term. @default diffusersVqTraining
 */
export function loadVqModel(
  storage: Storage,
  folder: string,
  rng: RandomStream,
  training?: VqModelTraining,
): Promise<LoadedModel<VqModel>> {
  return loadDiffusersModel(storage, folder, (json) =>
    createVqModel(readDiffusersVqModel(json, training), rng),
  );
}

/** Writes a folder that `VQModel.from_pretrained` of diffusers loads. Throws what `writeDiffusersFolder` throws. */
export function saveVqModel(storage: Storage, folder: string, model: VqModel): Promise<void> {
  const { config, parameters } = model;
  return writeDiffusersFolder(storage, folder, {
    className,
    config: writeDiffusersVqModel(config),
    parameters,
  });
}
