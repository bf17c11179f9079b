import {
  assertConfig,
  assertLabels,
  type RandomStream,
  type SampleBatchesOptions,
  sampleBatches,
  TintypeError,
  tf,
  v,
} from '@tintype/core-tensor';
import type { Vae } from './vae.ts';

export interface VaeSampleOptions extends SampleBatchesOptions {
  readonly rng: RandomStream;
  /** Classes of the samples in turn: sample i is of label i modulo their number. @default every class of the model */
  readonly labels?: readonly number[];
}

/**
 * Mean images of codes drawn from the prior, in batches [b, h, w, c] in [-1, 1]; the consumer frees each.
 * The code of image i is row i of `rng`'s latents. Throws `E_CONFIG` for impossible numbers, `E_LABEL` for labels that are
 * no classes of the model.
 */
export function sampleVae(
  model: Vae,
  { rng, labels, ...options }: VaeSampleOptions,
): AsyncGenerator<tf.Tensor4D> {
  const latents = rng.fork('latents');
  const turns = labelsInTurn(model, labels);
  return sampleBatches(options, (firstIndex, count) =>
    tf.tidy(() => {
      const z = latents.normalRows(firstIndex, count, [model.config.latentDim]);
      return model.decode(z as tf.Tensor2D, turns?.(firstIndex, count));
    }),
  );
}

function labelsInTurn({ config: { numClasses } }: Vae, labels: readonly number[] | undefined) {
  if (numClasses === null) {
    if (labels === undefined) return;
    throw new TintypeError('E_LABEL', {
      where: 'sampleVae.labels',
      what: 'the model knows no labels',
      remedy: 'Create the model with numClasses',
    });
  }
  const turns = labels ?? Array.from({ length: numClasses }, (_, label) => label);
  assertConfig(v.pipe(v.array(v.number()), v.minLength(1)), [...turns], 'sampleVae.labels');
  assertLabels(turns, numClasses, 'sampleVae.labels');
  return (firstIndex: number, count: number): tf.Tensor1D =>
    tf.tensor1d(
      Array.from({ length: count }, (_, i) => turns[(firstIndex + i) % turns.length]!),
      'int32',
    );
}
