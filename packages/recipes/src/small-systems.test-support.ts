import { createRandomStream } from '@tintype/core-tensor';
import type { ImageDataset } from '@tintype/datasets';
import { autoencoderEmoji } from './autoencoder-emoji.ts';
import { autoencoderFashionMnist } from './autoencoder-fashion-mnist.ts';
import { autoencoderMnist } from './autoencoder-mnist.ts';
import { cfgMnist } from './cfg-mnist.ts';
import { ddpmEmoji } from './ddpm-emoji.ts';
import { ddpmFashionMnist } from './ddpm-fashion-mnist.ts';
import { ddpmMnist } from './ddpm-mnist.ts';
import { ddpmPoints } from './ddpm-points.ts';
import { ganMnist } from './gan-mnist.ts';
import { latentDiffusionMnist } from './latent-diffusion-mnist.ts';
import type { Recipe } from './recipe.ts';
import { vaeEmoji } from './vae-emoji.ts';
import { vaeFashionMnist } from './vae-fashion-mnist.ts';
import { vaeMnist } from './vae-mnist.ts';
import { vqVaeEmoji } from './vq-vae-emoji.ts';
import { vqVaeFashionMnist } from './vq-vae-fashion-mnist.ts';
import { vqVaeMnist } from './vq-vae-mnist.ts';

const imageSize = 8;
export const smallSeed = 1;

/** Pictures that differ, instead of the digits. */
export const pictures: ImageDataset = {
  name: 'pictures',
  size: 20,
  height: imageSize,
  width: imageSize,
  channels: 1,
  pixels: Uint8Array.from({ length: 20 * imageSize ** 2 }, (_, i) => (i * 37 + (i >> 4) * 11) % 256),
  labels: Uint8Array.from({ length: 20 }, (_, i) => i % 3),
};

export interface SmallSystem {
  readonly recipe: Recipe;
  /** What of the recipe's config is made small. */
  readonly changes: object;
  readonly options: object;
  /** Steps that may create state: a stage's optimiser makes its moments when the stage begins. @default 1 */
  readonly settlingSteps?: number;
  /** Pictures cannot take the place of its data. @default false */
  readonly drawsItsData?: boolean;
}

const smallVae = { changes: { imageSize, hiddenUnits: [6], latentDim: 2 }, options: { batchSize: 3 } };

const smallAutoencoder = { ...smallVae, options: { batchSize: 3, latents: 'normal' } };
const smallVqVae = {
  changes: {
    imageSize,
    hiddenChannels: 4,
    residualLayers: 1,
    codebookSize: 5,
    reviveBelow: 2,
    embeddingDim: 3,
    vqVaeSteps: 2,
    priorArchitecture: 'transformer',
    priorChannels: 4,
    priorLayers: 1,
    priorHeads: 2,
  },
  options: { batchSize: 3, temperature: 1 },
  settlingSteps: 3,
};

const smallDdpm = {
  changes: { imageSize, blockOutChannels: [8, 8], normGroups: 4, timesteps: 10 },
  options: { numInferenceSteps: 3, eta: 1, batchSize: 3 },
};

/** One recipe of every system, at a size that trains in milliseconds. */
export const smallSystems: Readonly<Record<string, SmallSystem>> = {
  'autoencoder-mnist': { recipe: autoencoderMnist, ...smallAutoencoder },
  'vae-mnist': { recipe: vaeMnist, ...smallVae },
  'vq-vae-mnist': { recipe: vqVaeMnist, ...smallVqVae },
  'gan-mnist': {
    recipe: ganMnist,
    changes: { imageSize, latentDim: 4, generatorChannels: 4, discriminatorChannels: 4, learningRate: 0.01 },
    options: { batchSize: 3 },
  },
  'ddpm-mnist': { recipe: ddpmMnist, ...smallDdpm },
  'ddpm-points': {
    recipe: ddpmPoints,
    changes: { trainingPoints: 20, hiddenUnits: 8, hiddenLayers: 1, timeSize: 4, timesteps: 10 },
    options: { numInferenceSteps: 3, eta: 1, batchSize: 3, pointsPerImage: 5, imageSize },
    drawsItsData: true,
  },
  'latent-diffusion-mnist': {
    recipe: latentDiffusionMnist,
    changes: {
      imageSize,
      vaeChannels: [4, 4],
      latentChannels: 2,
      vaeSteps: 2,
      normGroups: 4,
      blockOutChannels: [8],
      layersPerBlock: 1,
      timesteps: 10,
    },
    options: { numInferenceSteps: 3, eta: 1, batchSize: 3 },
    settlingSteps: 3,
  },
  'cfg-mnist': {
    recipe: cfgMnist,
    changes: { imageSize, blockOutChannels: [8, 8], normGroups: 4, timesteps: 10, numClasses: 3 },
    options: {
      numInferenceSteps: 3,
      eta: 1,
      clippedNoise: 'rederived',
      guidanceScale: 2,
      labels: [2, 0, -1],
      imagesPerLabel: 2,
      batchSize: 3,
    },
  },
};

/** Recipes that a builder above makes of other data, at the same size. */
export const derivedSystems: Readonly<Record<string, SmallSystem>> = {
  'autoencoder-fashion-mnist': { recipe: autoencoderFashionMnist, ...smallAutoencoder },
  'autoencoder-emoji': { recipe: autoencoderEmoji, ...inColor(smallAutoencoder) },
  'vae-fashion-mnist': { recipe: vaeFashionMnist, ...smallVae },
  'vae-emoji': { recipe: vaeEmoji, ...inColor(smallVae) },
  'vq-vae-fashion-mnist': { recipe: vqVaeFashionMnist, ...smallVqVae },
  'vq-vae-emoji': { recipe: vqVaeEmoji, ...smallVqVae },
  'ddpm-fashion-mnist': { recipe: ddpmFashionMnist, ...smallDdpm },
  'ddpm-emoji': { recipe: ddpmEmoji, ...smallDdpm },
};

function inColor({ changes, options }: Omit<SmallSystem, 'recipe'>): Omit<SmallSystem, 'recipe'> {
  return { changes: { ...changes, convChannels: [2, 3] }, options };
}

export async function createSmallSystem({ recipe, changes, drawsItsData }: SmallSystem) {
  const rng = createRandomStream(smallSeed);
  const config = { ...recipe.config, ...changes };
  const { model, trainStep, ema } = recipe.create(config, rng.fork('model'));
  const files = { read: () => Promise.reject(new Error('the test has pictures of its own')) };
  const batches = await recipe.data({
    files,
    config,
    batchSize: 4,
    rng: rng.fork('data'),
    ...(!drawsItsData && { loadImages }),
  });
  const dispose = () => {
    trainStep.dispose();
    model.dispose();
  };
  return { model, trainStep, ...(ema && { ema }), config, batches, rng, dispose };
}

async function loadImages({
  imageSize: size,
  channels,
}: {
  imageSize: number;
  channels: 1 | 3;
}): Promise<ImageDataset> {
  const images = size === imageSize ? pictures : enlarged(size);
  return channels === 1 ? images : colored(images);
}

/** The same pictures at another size, each pixel repeated. */
function enlarged(size: number): ImageDataset {
  const pixels = Uint8Array.from({ length: pictures.size * size ** 2 }, (_, i) => {
    const [image, y, x] = [Math.floor(i / size ** 2), Math.floor(i / size) % size, i % size];
    const at = (side: number) => Math.floor((side * imageSize) / size);
    return pictures.pixels[image * imageSize ** 2 + at(y) * imageSize + at(x)]!;
  });
  return { ...pictures, height: size, width: size, pixels };
}

/** The same pictures in three channels, each darker than the one before. */
function colored(images: ImageDataset): ImageDataset {
  const pixels = Uint8Array.from({ length: images.pixels.length * 3 }, (_, i) =>
    Math.floor(images.pixels[Math.floor(i / 3)]! / (1 + (i % 3))),
  );
  return { ...images, channels: 3, pixels };
}
