import type { QualitySuite } from './quality-suite.ts';
import { autoencoderMnistSuite } from './suites/autoencoder-mnist.ts';
import { cfgMnistSuite } from './suites/cfg-mnist.ts';
import { ddimMnistSuite } from './suites/ddim-mnist.ts';
import { ddpmMnistSuite } from './suites/ddpm-mnist.ts';
import { ddpmPointsSuite } from './suites/ddpm-points.ts';
import { ganMnistSuite } from './suites/gan-mnist.ts';
import { monitorsSuite } from './suites/monitors.ts';
import { vaeMnistSuite } from './suites/vae-mnist.ts';
import { vqVaeMnistSuite } from './suites/vq-vae-mnist.ts';

/** Every suite, in the order in which they run; one file each in `suites/`. */
export const qualitySuites: readonly QualitySuite[] = [
  monitorsSuite,
  autoencoderMnistSuite,
  vaeMnistSuite,
  vqVaeMnistSuite,
  ganMnistSuite,
  ddpmPointsSuite,
  ddpmMnistSuite,
  ddimMnistSuite,
  cfgMnistSuite,
];
