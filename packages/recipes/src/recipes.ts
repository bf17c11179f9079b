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

/** Every ready-made training. */
export const recipes: readonly Recipe[] = [
  autoencoderMnist,
  autoencoderFashionMnist,
  autoencoderEmoji,
  vaeMnist,
  vaeFashionMnist,
  vaeEmoji,
  vqVaeMnist,
  vqVaeFashionMnist,
  vqVaeEmoji,
  ganMnist,
  ddpmMnist,
  ddpmFashionMnist,
  ddpmEmoji,
  ddpmPoints,
  latentDiffusionMnist,
  cfgMnist,
];
