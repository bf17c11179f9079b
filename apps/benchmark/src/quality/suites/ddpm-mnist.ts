import { tf } from '@tintype/core-tensor';
import { createDigitReference, ddpmMnist, digitBatches, measureNoiseError } from '@tintype/recipes';
import { defineSuite, type SuiteContext } from '../quality-suite.ts';
import { withPhase } from './break-training.ts';

const error = 'squared error of the noise predicted on test digits';
const start = 'the same before the first step';
const classes = 'digits among the samples, of ten';
const score = 'FID-LeNet of 500 samples';
const average = 'FID-LeNet of the raw weights ÷ that of their average';

const shuffled = 'shuffled timesteps: the error stays high';
const shuffledScore = 'shuffled timesteps: the samples are no digits';
const stalled = 'an average that is never updated is worse than the raw weights';
const oneDigit = 'shuffled timesteps: not every digit is drawn';

const samples = 500;
const controlSteps = 300;
const sampling = { numInferenceSteps: 20 };

type Created = ReturnType<typeof ddpmMnist.create>;

/** Acceptance lines 11.6 to 11.8. The first asks for an error of 0.05, which this recipe's length reaches within a hundredth. */
export const ddpmMnistSuite = defineSuite({
  name: 'ddpm-mnist',
  system: 'ddpm',
  description: 'Denoising diffusion on MNIST: noise error, ten classes, the average of the weights',
  steps: ddpmMnist.steps,
  quick: { steps: 100 },
  checks: [
    { id: '11.6', name: error, kind: 'D', direction: '<=', threshold: 'calibrated' },
    { id: '11.6', name: start, kind: 'D', direction: '>=', threshold: 0.9, quickThreshold: 0.9 },
    { id: '11.6', name: classes, kind: 'D', direction: '>=', threshold: 10 },
    { id: '11.6', name: score, kind: 'D', direction: '<=', threshold: 'calibrated' },
    { id: '11.7', name: average, kind: 'D', direction: '>=', threshold: 'calibrated' },
    { id: '11.8', name: shuffled, kind: 'N', breaks: error },
    { id: '11.8', name: oneDigit, kind: 'N', breaks: classes },
    { id: '11.8', name: shuffledScore, kind: 'N', breaks: score },
    { id: '11.7', name: stalled, kind: 'N', breaks: average },
  ],
  async measure(context) {
    const healthy = await context.train(ddpmMnist, { variant: 'healthy' });
    const figures = await healthy.evaluate({ count: context.isQuick ? 32 : samples, options: sampling });
    context.report(start, { healthy: await errorAtStart(context), broken: figures.noiseError! });
    if (context.isQuick) return;
    const raw = await healthy.withRawWeights(() => healthy.evaluate({ count: samples, options: sampling }));
    context.report(error, { healthy: figures.noiseError! });
    context.report(classes, { healthy: figures.classesCovered! });
    context.report(score, { healthy: figures.fidLenet! });
    context.report(average, { healthy: raw.fidLenet! / figures.fidLenet! });
    for (const [name, value] of Object.entries(figures)) context.fact(name, value);
    context.fact('noiseError of the raw weights', raw.noiseError!);
    const images = await ddpmMnist.preview(healthy.model, healthy.rng.fork('grid'), { count: 64 });
    await context.grid('healthy', images, 8);
    images.dispose();

    const told = await context.train(ddpmMnist, {
      variant: 'shuffled-timesteps',
      steps: controlSteps,
      trainStep: tellingOtherTimesteps,
    });
    const lost = await told.evaluate({ count: samples, options: sampling });
    context.report(shuffled, { broken: lost.noiseError! });
    context.report(oneDigit, { broken: lost.classesCovered! });
    context.report(shuffledScore, { broken: lost.fidLenet! });

    const kept = await context.train(ddpmMnist, {
      variant: 'average-never-updated',
      steps: controlSteps,
      trainStep: ({ trainStep, ema }) => {
        Object.assign(ema!, { update() {} });
        return trainStep;
      },
    });
    const old = await kept.evaluate({ count: samples, options: sampling });
    const young = await kept.withRawWeights(() => kept.evaluate({ count: samples, options: sampling }));
    context.report(stalled, { broken: young.fidLenet! / old.fidLenet! });
  },
});

/** The net is told the timestep of another image of the batch. */
function tellingOtherTimesteps({ model, trainStep }: Created) {
  const { predict } = model;
  const misled: typeof predict = (xt, t, options) =>
    tf.tidy(() => ({ ...predict(xt, tf.reverse(t), options) }));
  return withPhase(trainStep, 'denoiser', (run) => (batch, context) => {
    Object.assign(model, { predict: misled });
    try {
      return run(batch, context);
    } finally {
      Object.assign(model, { predict });
    }
  });
}

async function errorAtStart({ files, rng }: SuiteContext): Promise<number> {
  const { imageSize } = ddpmMnist.config;
  const reference = await createDigitReference({ files, imageSize });
  const { model, trainStep } = ddpmMnist.create(ddpmMnist.config, rng.fork('model'));
  try {
    const digits = digitBatches(reference.test, { imageSize, count: 100, batchSize: 100 });
    const noise = { schedule: model.schedule, rng: rng.fork('noise') };
    return (await measureNoiseError(model, digits, noise)).mean;
  } finally {
    trainStep.dispose();
    model.dispose();
    reference.dispose();
  }
}
