import type { RandomStream } from '@tintype/core-tensor';
import { createCyclePair } from './cycle-pair.ts';
import { createConditionalDenoiser } from './point-denoiser.ts';
import { createPointGan } from './point-gan.ts';
import { createSmallQuantizer } from './small-quantizer.ts';
import type { SmallTraining } from './small-training.ts';
import { createSmallVae } from './small-vae.ts';

export interface SmallSystem {
  readonly name: string;
  /** Of the healthy training, over which every monitor must be silent. */
  readonly steps: number;
  create(rng: RandomStream): SmallTraining;
  readonly faults: readonly SmallFault[];
}

interface SmallFault {
  readonly name: string;
  /** The verdict that must come … */
  readonly verdict: string;
  /** … within so many steps. */
  readonly steps: number;
  create(rng: RandomStream): SmallTraining;
}

/** Every monitor on a training of seconds, healthy and with its fault injected. */
export const smallSystems: readonly SmallSystem[] = [
  {
    name: 'a GAN on the ring of eight Gaussians',
    steps: 600,
    create: (rng) => createPointGan(rng),
    faults: [
      {
        name: "20 times the discriminator's learning rate",
        verdict: 'mode-collapse',
        steps: 500,
        create: (rng) => createPointGan(rng, 'discriminator-rate'),
      },
      {
        name: 'a frozen generator',
        verdict: 'discriminator-generator-imbalance',
        steps: 500,
        create: (rng) => createPointGan(rng, 'frozen-generator'),
      },
      {
        name: 'the same latents at every step',
        verdict: 'duplicate-latents',
        steps: 100,
        create: (rng) => createPointGan(rng, 'repeated-latents'),
      },
      {
        name: 'fifty training points',
        verdict: 'overfitting-discriminator',
        steps: 800,
        create: (rng) => createPointGan(rng, 'few-points'),
      },
      {
        name: 'a learning rate of 1000',
        verdict: 'divergence',
        steps: 50,
        create: (rng) => createPointGan(rng, 'learning-rate'),
      },
    ],
  },
  {
    name: 'a conditional DDPM on the ring',
    steps: 600,
    create: (rng) => createConditionalDenoiser(rng),
    faults: [
      {
        name: 'a label that does not reach the network',
        verdict: 'ignored-condition',
        steps: 300,
        create: (rng) => createConditionalDenoiser(rng, 'cut-label'),
      },
      {
        name: 'labels of other points',
        verdict: 'ignored-condition',
        steps: 400,
        create: (rng) => createConditionalDenoiser(rng, 'shuffled-labels'),
      },
      {
        name: 'a decay of 0.9999 without warm-up',
        verdict: 'ema-gap',
        steps: 300,
        create: (rng) => createConditionalDenoiser(rng, 'slow-average'),
      },
      {
        name: 'a learning rate of 1000',
        verdict: 'divergence',
        steps: 50,
        create: (rng) => createConditionalDenoiser(rng, 'learning-rate'),
      },
    ],
  },
  {
    name: 'a VAE on small pictures',
    steps: 600,
    create: (rng) => createSmallVae(rng),
    faults: [
      {
        name: 'β = 20',
        verdict: 'posterior-collapse',
        steps: 300,
        create: (rng) => createSmallVae(rng, 'kl-weight'),
      },
      {
        name: 'nothing but the mean image',
        verdict: 'constant-output',
        steps: 300,
        create: (rng) => createSmallVae(rng, 'mean-image'),
      },
      {
        name: 'five training images',
        verdict: 'memorization',
        steps: 600,
        create: (rng) => createSmallVae(rng, 'few-images'),
      },
    ],
  },
  {
    name: 'a vector quantiser of points',
    steps: 400,
    create: (rng) => createSmallQuantizer(rng),
    faults: [
      {
        name: 'a codebook far away',
        verdict: 'codebook-collapse',
        steps: 100,
        create: (rng) => createSmallQuantizer(rng, 'far-codebook'),
      },
    ],
  },
  {
    name: 'two networks that translate there and back',
    steps: 500,
    create: (rng) => createCyclePair(rng),
    faults: [
      {
        name: 'a picture that must hide its source',
        verdict: 'cycle-steganography',
        steps: 900,
        create: (rng) => createCyclePair(rng, 'hidden-channel'),
      },
    ],
  },
];
