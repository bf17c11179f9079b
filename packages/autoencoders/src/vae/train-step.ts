import {
  accumulateGradients,
  assertAccumulate,
  assertConfig,
  computeGradients,
  createTrainState,
  type Ema,
  type Optimizer,
  type RandomStream,
  rowsOfStream,
  TintypeError,
  type TrainStep,
  tf,
  v,
} from '@tintype/core-tensor';
import { klWeightAt } from './kl-weight.ts';
import { iwaeLoss } from './likelihood.ts';
import { type VaeLoss, vaeLoss } from './loss.ts';
import type { Vae } from './vae.ts';

export interface VaeOptimizers {
  readonly optimizer: Optimizer;
}

export interface VaeTrainOptions {
  /** An average of the parameters, updated after every step. */
  readonly ema?: Ema;
  /**
   * Slices that a batch is cut into, so that the activations of one slice live at a time; the numbers are those of the
   * whole batch, up to rounding. With free bits each slice has its own mean KL, as batch norm has its statistics.
   * @default 1
   */
  readonly accumulate?: number;
  /**
   * k, codes of each image in the bound that is trained. 1 is the ELBO with its KL in closed form; above, the bound of
   * `iwaeBound`, which knows no β: klWeight 1, without warm-up and free bits. @default 1
   */
  readonly importanceSamples?: number;
}

/**
 * One phase, `vae`, on batches with `images` [b, h, w, c] in [-1, 1], and `labels` int32 [b] where the model has classes.
 * Logs `total`, `reconstruction` and `kl` in nats per image, and `klWeight`. Owns the optimiser and the average.
 * Throws `E_CONFIG` for an impossible `accumulate` or `importanceSamples`.
 */
export function createVaeTrainStep(
  model: Vae,
  { optimizer }: VaeOptimizers,
  { ema, accumulate = 1, importanceSamples = 1 }: VaeTrainOptions = {},
): TrainStep {
  assertAccumulate('createVaeTrainStep', accumulate);
  assertImportanceSamples(model, importanceSamples);

  function loss(batch: LabelledImages, rng: RandomStream, klWeight: number): VaeLoss {
    const { images, labels } = batch;
    const given = labels && { labels };
    return importanceSamples === 1
      ? vaeLoss(model, images, rng, { ...given, klWeight })
      : iwaeLoss(model, images, { samples: importanceSamples, rng, ...given });
  }

  return {
    phases: [
      {
        name: 'vae',
        interval: 1,
        run(batch, { rng, step }) {
          const klWeight = klWeightAt(model.config, step);
          const { losses, gradients } = accumulateGradients(
            usedOf(model, batch),
            accumulate,
            (slice, rows) => {
              const noise = rowsOfStream(rng.fork('latents'), rows);
              return computeGradients(() => ({ ...loss(slice, noise, klWeight) }), model.parameters);
            },
          );
          optimizer.step(gradients);
          ema?.update();
          return { ...losses, klWeight: tf.scalar(klWeight) };
        },
      },
    ],
    state: createTrainState({
      parameters: model.parameters,
      optimizers: { vae: optimizer },
      ...(ema ? { ema } : {}),
    }),
    accumulate,
    dispose() {
      optimizer.dispose();
      ema?.dispose();
    },
  };
}

type LabelledImages = { readonly images: tf.Tensor4D; readonly labels?: tf.Tensor1D };

/** What of a batch the model learns from: data sets give labels to models that know none, too. */
function usedOf({ config }: Vae, batch: Readonly<Record<string, tf.Tensor>>) {
  const images = batch.images as tf.Tensor4D;
  const labels = config.numClasses === null ? undefined : (batch.labels as tf.Tensor1D | undefined);
  return { images, ...(labels && { labels }) };
}

function assertImportanceSamples({ config }: Vae, samples: number): void {
  const where = 'createVaeTrainStep: importanceSamples';
  assertConfig(v.pipe(v.number(), v.integer(), v.minValue(1)), samples, where);
  const { klWeight, klWarmUpSteps, freeBits } = config;
  if (samples === 1 || (klWeight === 1 && klWarmUpSteps === 0 && freeBits === 0)) return;
  throw new TintypeError('E_CONFIG', {
    where,
    what: 'the bound of several samples has no KL term that could be weighted',
    got: JSON.stringify({ klWeight, klWarmUpSteps, freeBits }),
    expected: 'klWeight 1, klWarmUpSteps 0 and freeBits 0',
    remedy: 'Train with importanceSamples 1, or with the plain bound',
  });
}
