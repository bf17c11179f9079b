import type { tf } from '@tintype/core-tensor';
import type { Denoiser, NoiseSchedule } from '@tintype/diffusion';
import { classificationAccuracy } from '@tintype/metrics';
import { digitBatches } from './digit-batches.ts';
import { createDigitReference } from './digit-reference.ts';
import { type DigitFigures, labelAccuracy, measureDigits } from './measure-digits.ts';
import { measureNoiseError } from './noise-error.ts';
import type { EvaluateRequest } from './recipe.ts';
import { untilAborted } from './until-aborted.ts';

export type DdpmFigures = DigitFigures & {
  /** Mean squared error of the predicted noise on the first 500 test digits (100 with labels), each at ten timesteps; 1 knows nothing. */
  readonly noiseError: number;
};

export type GuidedFigures = DdpmFigures & {
  /** Share of the samples that are read as the digit that was asked for. */
  readonly labelAccuracy: number;
  /** The same of the 10 000 test digits: how well the network reads. */
  readonly classifierAccuracy: number;
};

export interface EvaluatedDiffusion {
  readonly denoiser: Denoiser;
  readonly schedule: NoiseSchedule;
  readonly imageSize: number;
  /** Those of the model. */
  readonly samples: AsyncIterable<tf.Tensor4D>;
}

type Request = Omit<EvaluateRequest<object>, 'options' | 'count'>;

/** Few, since a guided model is evaluated at several scales. */
const labelledDigits = 100;

/** `labelOf` says what sample i was asked to be; −1 is anything and is not counted. */
export async function evaluateGuided(
  { denoiser, schedule, imageSize, samples, labelOf }: EvaluatedDiffusion & LabelsOfSamples,
  { files, rng, signal, onScore }: Request,
): Promise<GuidedFigures> {
  const reference = await createDigitReference({ files, imageSize });
  try {
    const { test, real } = reference;
    const digits = digitBatches(test, { imageSize, count: labelledDigits, batchSize: 100 });
    const noise = { schedule, rng: rng.fork('noise'), labels: test.labels! };
    const { mean } = await measureNoiseError(denoiser, untilAborted(digits, signal), noise);
    const told = { rng: rng.fork('digits'), ...(onScore && { onScore }) };
    const { figures, readings } = await measureDigits(untilAborted(samples, signal), reference, told);
    return {
      labelAccuracy: labelAccuracy(readings.labels, labelOf),
      classifierAccuracy: classificationAccuracy(real.labels, test.labels!),
      noiseError: mean,
      ...figures,
    };
  } finally {
    reference.dispose();
  }
}

interface LabelsOfSamples {
  readonly labelOf: (index: number) => number;
}
