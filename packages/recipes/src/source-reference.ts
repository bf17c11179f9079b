import type { RandomStream, tf } from '@tintype/core-tensor';
import type { ImageDataset } from '@tintype/datasets';
import { digitBatches } from './digit-batches.ts';
import { createDigitReference, type DigitReference } from './digit-reference.ts';
import type { ImageSource } from './image-source.ts';
import { type DigitFigures, measureDigits } from './measure-digits.ts';
import type { EvaluateRequest } from './recipe.ts';
import { untilAborted } from './until-aborted.ts';

type Batches = AsyncIterable<tf.Tensor4D>;

/** What a trained model of any source is measured on. */
export interface SourceReference {
  readonly held: ImageDataset;
  readonly train: ImageDataset;
  /** Where a network reads the images. */
  readonly reference?: DigitReference;
  /** The first held-out images, or all, in their order, until the evaluation is aborted. */
  heldBatches(count?: number): Batches;
  /** What the network says of samples; nothing where there is none, and then nothing is drawn. */
  measure(samples: Batches, rng: RandomStream): Promise<DigitFigures | undefined>;
  dispose(): void;
}

export interface SourceReferenceOptions
  extends Pick<EvaluateRequest<object>, 'files' | 'signal' | 'onScore'> {
  readonly imageSize: number;
}

/** Throws `E_DATA_MISSING` where data or weights are absent. */
export async function createSourceReference(
  source: ImageSource,
  { files, imageSize, signal, onScore }: SourceReferenceOptions,
): Promise<SourceReference> {
  const reference = source.network ? await createDigitReference({ files, imageSize, source }) : undefined;
  const held = reference?.test ?? (await source.load({ files, split: 'test', imageSize }));
  const train = reference?.train ?? (await source.load({ files, split: 'train', imageSize }));
  return {
    held,
    train,
    ...(reference && { reference }),
    heldBatches: (count) => untilAborted(digitBatches(held, { imageSize, ...(count && { count }) }), signal),
    async measure(samples, rng) {
      if (!reference) return undefined;
      const told = { rng, ...(onScore && { onScore }) };
      return (await measureDigits(untilAborted(samples, signal), reference, told)).figures;
    },
    dispose: () => reference?.dispose(),
  };
}
