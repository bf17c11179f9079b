import type { Draw, RandomStream, tf } from '@tintype/core-tensor';
import { gatherImages, type ImageDataset } from '@tintype/datasets';
import { type Classifier, loadFeatureNetwork } from '@tintype/metrics';
import { type ImageSource, mnistSource } from './image-source.ts';
import type { MonitorRequest } from './recipe.ts';

/** What the monitors of a recipe compare with. */
export interface MonitoredImages {
  /** Real images [count, s, s, c], drawn at random: those held out, or the user's own. */
  readonly real: Draw;
  /** Held-out images and the first training images; absent with the user's own, none of which are held out. */
  readonly split?: {
    readonly held: Draw;
    readonly train: Draw;
    readonly firstTraining: (count: number) => tf.Tensor;
  };
  /** Reads images of the source at 28×28 pixels; absent where the images are others. */
  readonly network?: Classifier;
  /** Images that there are to draw from. */
  readonly size: number;
}

export interface MonitoredImagesRequest extends Pick<MonitorRequest, 'files' | 'images'> {
  readonly imageSize: number;
  /** @default MNIST */
  readonly source?: ImageSource;
  /** Whether classes and features are wanted. */
  readonly needsNetwork?: boolean;
  /** Whether training images are wanted. */
  readonly needsSplit?: boolean;
}

/** Side length that the networks read. */
const readSize = 28;

/** The network belongs to the caller, who disposes of it. */
export async function monitoredImages(request: MonitoredImagesRequest): Promise<MonitoredImages> {
  const { files, images, imageSize, source = mnistSource, needsNetwork, needsSplit } = request;
  const draw =
    (dataset: ImageDataset): Draw =>
    (count, { rng }) =>
      gatherImages(dataset, drawIndices(rng, count, dataset.size), imageSize);
  if (images) return { real: draw(images), size: images.size };
  const test = await source.load({ files, split: 'test', imageSize });
  const held = { real: draw(test), size: test.size };
  const train = needsSplit ? await source.load({ files, split: 'train', imageSize }) : undefined;
  const network =
    needsNetwork && imageSize === readSize && source.network
      ? await loadFeatureNetwork(source.network)
      : undefined;
  return {
    ...held,
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
