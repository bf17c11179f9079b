import { autoencoderMnist } from './autoencoder-mnist.ts';
import { cfgMnist } from './cfg-mnist.ts';
import { ddpmMnist } from './ddpm-mnist.ts';
import { ganMnist } from './gan-mnist.ts';
import type { Recipe } from './recipe.ts';
import { vaeFashionMnist } from './vae-fashion-mnist.ts';
import { vaeMnist } from './vae-mnist.ts';
import { vqVaeMnist } from './vq-vae-mnist.ts';

/** Every ready-made training. */
export const recipes: readonly Recipe[] = [
  autoencoderMnist,
  vaeMnist,
  vaeFashionMnist,
  vqVaeMnist,
  ganMnist,
  ddpmMnist,
  cfgMnist,
];
