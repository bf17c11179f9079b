import { type BatchSource, TintypeError, tf } from '@tintype/core-tensor';
import { assertBatchSize, assertStep } from './batch-size.ts';
import type { ImageDataset } from './dataset.ts';
import { createDomainOrder } from './domain-order.ts';
import { type ImageBatchOptions, writeImage } from './image-batches.ts';
import { assertImageDataset } from './image-dataset.ts';

/**
 * Batches `{ images: float32 [b, h, w, c] in [-1, 1], labels: int32 [b] }` of several domains, the label being the
 * index of the domain; each from its step alone. Every K images in a row hold each of the K domains once, however
 * many images each has (see `createDomainOrder`).
 * Throws `E_DATA` for fewer than two domains, for domains of different sizes without an `imageSize`, of different
 * channels, and for what `createImageBatches` refuses.
 */
export function createDomainBatches(
  domains: readonly ImageDataset[],
  options: ImageBatchOptions,
): BatchSource {
  const where = `createDomainBatches(${domains.map(({ name }) => name).join(', ')})`;
  assertDomains(domains, options.imageSize, where);
  const total = domains.reduce((sum, { size }) => sum + size, 0);
  assertBatchSize(options.batchSize, total, where);
  const order = createDomainOrder(
    domains.map(({ size }) => size),
    options.rng,
  );

  return {
    batch(step, request) {
      const batchSize = request?.batchSize ?? options.batchSize;
      const imageSize = request?.imageSize ?? options.imageSize;
      assertStep(step, where);
      assertBatchSize(batchSize, total, where);
      const places = order(step, batchSize);
      const { height, width, channels } = domains[0]!;
      const shape = [imageSize ?? height, imageSize ?? width, channels] as const;
      const length = shape[0] * shape[1] * channels;
      const values = new Float32Array(batchSize * length);
      places.domains.forEach((domain, i) => {
        const target = values.subarray(i * length, (i + 1) * length);
        writeImage(domains[domain]!, places.indices[i]!, shape[0], shape[1], target);
      });
      const images = tf.tensor4d(values, [batchSize, ...shape]);
      return { images, labels: tf.tensor1d(Int32Array.from(places.domains), 'int32') };
    },
  };
}

function assertDomains(domains: readonly ImageDataset[], imageSize: number | undefined, where: string): void {
  if (domains.length < 2) {
    throw new TintypeError('E_DATA', {
      where,
      what: 'one domain leaves nothing to translate between',
      got: domains.length,
      expected: 'at least 2 domains',
    });
  }
  for (const domain of domains) assertImageDataset(domain, `${where}.${domain.name}`);
  const shapeOf = ({ height, width, channels }: ImageDataset) =>
    imageSize === undefined ? `${height}×${width}×${channels}` : `${channels} channels`;
  const other = domains.find((domain) => shapeOf(domain) !== shapeOf(domains[0]!));
  if (other) {
    throw new TintypeError('E_DATA', {
      where: `${where}.${other.name}`,
      what: 'the domains have different shapes',
      got: shapeOf(other),
      expected: `${shapeOf(domains[0]!)}, as ${domains[0]!.name}`,
      remedy: 'State an imageSize, and load all domains with the same channels',
    });
  }
}
