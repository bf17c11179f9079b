import { createAdam, createEma, selectParameters } from '@tintype/core-tensor';
import { createGan, createGanTrainStep } from '@tintype/gan';
import { ganMnist } from '@tintype/recipes';

/** What is changed of the recipe's training; the networks and the data stay. */
export interface GanVariant {
  /** Times the generator's learning rate. @default 1 */
  readonly generatorFactor?: number;
  /** @default that of the recipe */
  readonly warmUp?: 'ratio' | 'none';
}

/** `gan-mnist` with another learning rate of the generator, or an average of the weights that does not warm up. */
export function ganVariant({ generatorFactor = 1, warmUp = 'ratio' }: GanVariant) {
  const create: typeof ganMnist.create = ({ learningRate, adamBeta1, emaDecay, ...config }, rng) => {
    const gan = createGan(config, rng);
    const adam = (network: string, factor: number) =>
      createAdam(selectParameters(gan.parameters, network), {
        learningRate: learningRate * factor,
        adamBeta1,
      });
    const optimizers = {
      generator: adam('generator', generatorFactor),
      discriminator: adam('discriminator', 1),
    };
    const ema = createEma(gan.parameters, { emaDecay, warmUp });
    const model = { ...gan, latestLatents: () => undefined };
    return { model, trainStep: createGanTrainStep(gan, optimizers, { ema }), ema };
  };
  return { ...ganMnist, create };
}
