import type { EvaluatedDiffusion } from './evaluate-diffusion.ts';
import type { ImageSource } from './image-source.ts';
import type { DigitFigures } from './measure-digits.ts';
import { measureNoiseError } from './noise-error.ts';
import type { EvaluateRequest } from './recipe.ts';
import { createSourceReference } from './source-reference.ts';

export type SourceDdpmFigures = Partial<DigitFigures> & {
  /** Mean squared error of the predicted noise on the first 500 held-out images, each at ten timesteps; 1 knows nothing. */
  readonly noiseError: number;
};

const noisedImages = 500;

/** Figures of samples are there where a network reads the source. */
export async function evaluateSourceDdpm(
  { denoiser, schedule, imageSize, samples }: EvaluatedDiffusion,
  source: ImageSource,
  { files, rng, signal, onScore }: Omit<EvaluateRequest<object>, 'options' | 'count'>,
): Promise<SourceDdpmFigures> {
  const told = { ...(signal && { signal }), ...(onScore && { onScore }) };
  const { heldBatches, measure, dispose } = await createSourceReference(source, {
    files,
    imageSize,
    ...told,
  });
  try {
    const noise = { schedule, rng: rng.fork('noise') };
    const { mean } = await measureNoiseError(denoiser, heldBatches(noisedImages), noise);
    return { noiseError: mean, ...(await measure(samples, rng.fork('digits'))) };
  } finally {
    dispose();
  }
}
