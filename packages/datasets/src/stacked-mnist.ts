import { type RandomStream, TintypeError } from '@tintype/core-tensor';
import type { ImageDataset } from './dataset.ts';
import { readIntegers } from './points/point-mixture.ts';

export interface StackedMnistOptions {
  /** Number of images, at least 1. */
  readonly size: number;
  readonly rng: RandomStream;
}

const digits = 10;
const channels = 3;
const names = ['red', 'green', 'blue'] as const;

/**
 * Colour-stacked MNIST: three random digits as red, green and blue, 28×28×3, label 100 R + 10 G + B from 0 to 999: a
 * set of 1 000 modes, to count how many a generator reaches (Metz et al. 2016, arXiv 1611.02163, and Srivastava et
 * al. 2017, arXiv 1705.07761). Image i depends on the stream and i alone, whatever the size. Reads random numbers back.
 * Throws `E_DATA` where the digits are not grey with labels 0 to 9, and for a size below 1.
 */
export async function createStackedMnist(
  mnist: ImageDataset,
  { size, rng }: StackedMnistOptions,
): Promise<ImageDataset> {
  const source = readSource(mnist, size);
  const { height, width } = mnist;
  const length = height * width;
  const pixels = new Uint8Array(size * length * channels);
  const labels = new Int32Array(size);
  for (const [channel, name] of names.entries()) {
    const chosen = await readIntegers(rng.fork(name), size, mnist.size);
    for (let i = 0; i < size; i++) {
      const digit = chosen[i]!;
      labels[i] = digits * labels[i]! + source.labels[digit]!;
      for (let pixel = 0; pixel < length; pixel++) {
        pixels[(i * length + pixel) * channels + channel] = source.pixels[digit * length + pixel]!;
      }
    }
  }
  return { name: `stacked-${mnist.name}`, size, height, width, channels, pixels, labels, classNames };
}

const classNames = Array.from({ length: digits ** channels }, (_, label) =>
  `${label}`.padStart(channels, '0'),
);

function readSource(mnist: ImageDataset, size: number): Required<Pick<ImageDataset, 'pixels' | 'labels'>> {
  const { pixels, labels } = mnist;
  if (!Number.isInteger(size) || size < 1) {
    throw new TintypeError('E_DATA', {
      where: 'createStackedMnist.size',
      what: 'a set has at least one image',
      got: size,
    });
  }
  const other = labels?.findIndex((label) => label >= digits) ?? -1;
  if (mnist.channels !== 1 || !labels || other !== -1) {
    throw new TintypeError('E_DATA', {
      where: `createStackedMnist(${mnist.name})`,
      what: 'stacking takes grey digits',
      got: `${mnist.channels} channels, ${labels ? (other === -1 ? 'good labels' : `label ${labels[other]}`) : 'no labels'}`,
      expected: '1 channel and labels 0 to 9',
    });
  }
  return { pixels, labels };
}
