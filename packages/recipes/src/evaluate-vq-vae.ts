import { codePriorLoss, countCodes, perplexityOfCounts } from '@tintype/autoencoders';
import { type RandomStream, sampleBatches, tf } from '@tintype/core-tensor';
import { bitsPerDim } from '@tintype/metrics';
import { fidTo } from './fid-to.ts';
import type { ImageSource } from './image-source.ts';
import type { DigitFigures } from './measure-digits.ts';
import { measureReconstruction, type ReconstructionFigures } from './measure-reconstruction.ts';
import type { EvaluateRequest } from './recipe.ts';
import { createSourceReference } from './source-reference.ts';
import { untilAborted } from './until-aborted.ts';
import type { VqVaeWithPrior } from './vq-vae-with-prior.ts';

/** Of the codes of all held-out images. */
type CodeFigures = {
  /** Share of the codebook that is chosen at least once. */
  readonly codeUsage: number;
  /** exp of the entropy of the codes, 1 to the size of the codebook. */
  readonly perplexity: number;
  /** −ln p of an image's codes under the prior. */
  readonly priorNats: number;
  /** The same in bits per pixel and channel. */
  readonly codeBitsPerDim: number;
};

export type VqVaeFigures = ReconstructionFigures &
  CodeFigures &
  Partial<DigitFigures> & {
    /** What the codes of an image cost where all are equally likely. */
    readonly bitsPerImage: number;
    /** FID-LeNet of as many images of codes that are drawn uniformly. */
    readonly fidUniformCodes?: number;
  };

type Request = Omit<EvaluateRequest<object>, 'options'>;

/** `samples` are those of the model. Figures of samples are there where a network reads the source. */
export async function evaluateVqVae(
  model: VqVaeWithPrior,
  source: ImageSource,
  samples: AsyncIterable<tf.Tensor4D>,
  { count, files, rng, signal, onScore }: Request,
): Promise<VqVaeFigures> {
  const { vqVae } = model;
  const options = { files, imageSize: vqVae.config.imageSize, ...(signal && { signal }) };
  const against = await createSourceReference(source, { ...options, ...(onScore && { onScore }) });
  const { heldBatches, measure, reference, dispose } = against;
  try {
    const uniform = untilAborted(uniformCodes(model, count, rng.fork('uniform')), signal);
    return {
      ...(await measureReconstruction((images) => vqVae.reconstruct(images), heldBatches())),
      ...(await measureCodes(model, heldBatches())),
      bitsPerImage: vqVae.bitsPerImage,
      ...(await measure(samples, rng.fork('digits'))),
      ...(reference && { fidUniformCodes: await fidTo(reference, uniform) }),
    };
  } finally {
    dispose();
  }
}

async function measureCodes(
  { vqVae, prior }: VqVaeWithPrior,
  batches: AsyncIterable<tf.Tensor4D>,
): Promise<CodeFigures> {
  const { codebookSize, imageSize, channels } = vqVae.config;
  let counts: tf.Tensor1D = tf.zeros([codebookSize]);
  let nats = 0;
  let images = 0;
  for await (const batch of batches) {
    const before = counts;
    const read = tf.tidy(() => {
      const codes = vqVae.encodeIndices(batch);
      return {
        counts: before.add<tf.Tensor1D>(countCodes(codes, codebookSize)),
        nats: codePriorLoss(prior, codes),
      };
    });
    counts = read.counts;
    nats += (await read.nats.data())[0]! * batch.shape[0];
    images += batch.shape[0];
    tf.dispose([before, batch, read.nats]);
  }
  const use = tf.tidy(() => tf.stack([counts.greater(0).toFloat().mean(), perplexityOfCounts(counts)]));
  const [codeUsage, perplexity] = (await use.data()) as unknown as [number, number];
  tf.dispose([counts, use]);
  const priorNats = nats / images;
  const codeBitsPerDim = bitsPerDim(priorNats, imageSize ** 2 * channels);
  return { codeUsage, perplexity, priorNats, codeBitsPerDim };
}

function uniformCodes(
  { vqVae }: VqVaeWithPrior,
  count: number,
  rng: RandomStream,
): AsyncGenerator<tf.Tensor4D> {
  const { gridSize, config } = vqVae;
  return sampleBatches({ count, batchSize: 64 }, (firstIndex, size) =>
    tf.tidy(() => {
      const codes = rng
        .fork(firstIndex)
        .integers<tf.Rank.R3>([size, gridSize, gridSize], 0, config.codebookSize);
      return vqVae.decodeIndices(codes);
    }),
  );
}
