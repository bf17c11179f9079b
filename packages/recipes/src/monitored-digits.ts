import type { Draw, RandomStream, tf } from '@tintype/core-tensor';
import { gatherImages, type ImageDataset, loadMnist } from '@tintype/datasets';
import { type Classifier, loadFeatureNetwork } from '@tintype/metrics';
import type { MonitorRequest } from './recipe.ts';

/** What the monitors of a recipe on digits compare with. */
export interface MonitoredDigits {
  /** Real images [count, s, s, 1], drawn at random: test digits, or the user's own images. */
  readonly real: Draw;
  /** Test digits and the first training digits; absent with the user's own images, none of which are held out. */
  readonly split?: {
    readonly held: Draw;
    readonly train: Draw;
    readonly firstTraining: (count: number) => tf.Tensor;
  };
  /** Reads digits of 28×28 pixels; absent where the images are others. */
  readonly network?: Classifier;
  /** Images that there are to draw from. */
  readonly size: number;
}

export interface MonitoredDigitsRequest extends Pick<MonitorRequest, 'files' | 'images'> {
  readonly imageSize: number;
  /** Whether classes and features are wanted. */
  readonly needsNetwork?: boolean;
  /** Whether training digits are wanted. */
  readonly needsSplit?: boolean;
}

/** Side length that the digit network reads. */
const readSize = 28;

/** The network belongs to the caller, who disposes of it. */
export async function monitoredDigits(request: MonitoredDigitsRequest): Promise<MonitoredDigits> {
  const { files, images, imageSize, needsNetwork, needsSplit } = request;
  const draw =
    (dataset: ImageDataset): Draw =>
    (count, { rng }) =>
      gatherImages(dataset, drawIndices(rng, count, dataset.size), imageSize);
  if (images) return { real: draw(images), size: images.size };
  const test = await loadMnist({ files, split: 'test' });
  const digits = { real: draw(test), size: test.size };
  const train = needsSplit ? await loadMnist({ files }) : undefined;
  const network = needsNetwork && imageSize === readSize ? await loadFeatureNetwork('mnist') : undefined;
  return {
    ...digits,
    ...(train && {
      split: {
        held: draw(test),
        train: draw(train),
        firstTraining: (count) => gatherImages(train, firstIndices(Math.min(count, train.size)), imageSize),
      },
    }),
    ...(network && { network }),
  };
}

function firstIndices(count: number): Int32Array {
  return Int32Array.from({ length: count }, (_, i) => i);
}

/** As many different indices as there are, evenly spread from a random one on: every folder of a user's has its share. */
function drawIndices(rng: RandomStream, wanted: number, size: number): Int32Array {
  const count = Math.min(wanted, size);
  const stride = Math.floor(size / count);
  const first = rng.permutation(stride)[0]!;
  return Int32Array.from({ length: count }, (_, i) => first + i * stride);
}
