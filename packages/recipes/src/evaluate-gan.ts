import type { tf } from '@tintype/core-tensor';
import { createGan, type Gan, sampleGan } from '@tintype/gan';
import { computeStatistics, frechetDistance } from '@tintype/metrics';
import { createDigitReference } from './digit-reference.ts';
import { type DigitFigures, measureDigits } from './measure-digits.ts';
import type { EvaluateRequest } from './recipe.ts';
import { untilAborted } from './until-aborted.ts';

export type GanFigures = DigitFigures & {
  /** FID-LeNet of as many images of a generator before its first step. */
  readonly fidUntrained: number;
  /** `fidLenet` ÷ `fidUntrained`, and ÷ `fidPixelGaussian`. */
  readonly fidToUntrained: number;
  readonly fidToPixelGaussian: number;
};

/** `samples` are those of the model, of which the weights alone are new in the untrained one. */
export async function evaluateGan(
  model: Gan,
  samples: AsyncIterable<tf.Tensor4D>,
  { count, files, rng, signal, onScore }: Omit<EvaluateRequest<object>, 'options'>,
): Promise<GanFigures> {
  const reference = await createDigitReference({ files, imageSize: model.config.imageSize });
  const untrained = createGan(model.config, rng.fork('untrained'));
  try {
    const { figures } = await measureDigits(untilAborted(samples, signal), reference, {
      rng: rng.fork('digits'),
      ...(onScore && { onScore }),
    });
    const noise = await reference.read(sampleGan(untrained, { count, rng: rng.fork('untrained') }));
    const [real, fake] = [reference.real, noise].map(({ features }) => computeStatistics(features));
    const fidUntrained = frechetDistance(real!, fake!);
    return {
      ...figures,
      fidUntrained,
      fidToUntrained: figures.fidLenet / fidUntrained,
      fidToPixelGaussian: figures.fidLenet / figures.fidPixelGaussian,
    };
  } finally {
    untrained.dispose();
    reference.dispose();
  }
}
