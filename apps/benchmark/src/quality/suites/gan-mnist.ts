import type { TrainStep } from '@tintype/core-tensor';
import { loadMnist } from '@tintype/datasets';
import { createDigitReference, digitBatches, ganMnist, measureDigits } from '@tintype/recipes';
import { defineSuite, type SuiteContext } from '../quality-suite.ts';
import { countVerdicts, frozen, watchingEvery } from './break-training.ts';
import { batchesOf } from './some-classes.ts';

const rarest = 'share of the rarest of ten digits';
const untrained = 'FID-LeNet ÷ that of an untrained generator';
const gaussian = 'FID-LeNet ÷ that of independent Gaussian pixels';
const copies = 'distance to the nearest training digit ÷ that of test digits';

const collapsed = 'taught nothing but ones: the other digits are lost';
const frozenUntrained = 'a frozen generator is no better than an untrained one';
const frozenGaussian = 'a frozen generator is no better than Gaussian pixels';
const memorised = 'training digits as samples are found to be copies';
const imbalance = 'a frozen generator: the imbalance is reported';
const duplicates = 'the same latents in every step are reported';
const collapseAlarm = 'taught nothing but ones: the collapse is reported';

const samples = 2000;
const controlSteps = 300;

/** Acceptance lines 1.6 and 1.8. */
export const ganMnistSuite = defineSuite({
  name: 'gan-mnist',
  system: 'gan',
  description: 'DCGAN on MNIST: all digits, better than noise, no copies',
  steps: ganMnist.steps,
  quick: { steps: 200 },
  checks: [
    { id: '1.6', name: rarest, kind: 'D', direction: '>=', threshold: 0.03 },
    { id: '1.6', name: untrained, kind: 'D', direction: '<=', threshold: 1 / 3, quickThreshold: 0.9 },
    { id: '1.6', name: gaussian, kind: 'D', direction: '<=', threshold: 1 },
    { id: '1.6', name: copies, kind: 'D', direction: '>=', threshold: 1 },
    { id: '1.6', name: collapsed, kind: 'N', breaks: rarest },
    { id: '1.6', name: frozenUntrained, kind: 'N', breaks: untrained },
    { id: '1.6', name: frozenGaussian, kind: 'N', breaks: gaussian },
    { id: '1.6', name: memorised, kind: 'N', breaks: copies },
    { id: '1.8', name: imbalance, kind: 'N', monitor: 'discriminator-generator-imbalance', isQuick: true },
    { id: '1.8', name: duplicates, kind: 'N', monitor: 'duplicate-latents', isQuick: true },
    { id: '1.8', name: collapseAlarm, kind: 'N', monitor: 'mode-collapse' },
  ],
  async measure(context) {
    const { isQuick } = context;
    const count = isQuick ? 200 : samples;
    const healthy = await context.train(ganMnist, { variant: 'healthy' });
    const figures = await healthy.evaluate({ count });
    const silent = (verdict: string) => countVerdicts(healthy.verdicts, verdict);
    context.report(untrained, { healthy: figures.fidToUntrained! });
    const idle = await context.train(ganMnist, {
      variant: 'frozen-generator',
      steps: controlSteps,
      trainStep: (created) => frozen(created, 'generator'),
    });
    const noise = await idle.evaluate({ count });
    context.report(frozenUntrained, { broken: noise.fidToUntrained! });
    context.report(imbalance, {
      healthy: silent('discriminator-generator-imbalance'),
      broken: countVerdicts(idle.verdicts, 'discriminator-generator-imbalance'),
    });

    const repeated = await context.train(ganMnist, {
      variant: 'repeated-latents',
      from: healthy,
      steps: 60,
      trainStep: ({ trainStep }) => repeatingLatents(trainStep),
      monitors: watching(context, 20),
    });
    context.report(duplicates, {
      healthy: silent('duplicate-latents'),
      broken: countVerdicts(repeated.verdicts, 'duplicate-latents'),
    });
    if (isQuick) return;

    context.report(rarest, { healthy: figures.smallestClassShare! });
    context.report(gaussian, { healthy: figures.fidToPixelGaussian! });
    context.report(copies, { healthy: figures.memorizationRatio! });
    for (const [name, value] of Object.entries(figures)) context.fact(name, value);
    const images = await ganMnist.preview(healthy.model, healthy.rng.fork('grid'), { count: 64 });
    await context.grid('healthy', images, 8);
    images.dispose();
    context.report(frozenGaussian, { broken: noise.fidToPixelGaussian! });
    context.report(memorised, { broken: await ratioOfCopies(context) });

    const digits = await loadMnist({ files: context.files });
    const ones = await context.train(ganMnist, {
      variant: 'ones-only',
      from: healthy,
      steps: controlSteps,
      batches: () => batchesOf(digits, (label) => label === 1, ganMnist.batchSize, context.rng.fork('ones')),
      monitors: watching(context, 50),
    });
    // Three quarters of the average are still those of the healthy training.
    const lost = await ones.withRawWeights(() => ones.evaluate({ count: samples }));
    context.report(collapsed, { broken: lost.smallestClassShare! });
    context.report(collapseAlarm, {
      healthy: silent('mode-collapse'),
      broken: countVerdicts(ones.verdicts, 'mode-collapse'),
    });
  },
});

function watching({ files }: SuiteContext, interval: number) {
  return async (created: ReturnType<typeof ganMnist.create>) =>
    watchingEvery(await ganMnist.monitors(created, { files, config: ganMnist.config }), interval);
}

/** Every step draws what the first one drew. */
function repeatingLatents(trainStep: TrainStep): TrainStep {
  const phases = trainStep.phases.map((phase) => {
    let first: Parameters<typeof phase.run>[1]['rng'] | undefined;
    return {
      ...phase,
      run: (...[batch, context]: Parameters<typeof phase.run>) => {
        first ??= context.rng;
        return phase.run(batch, { ...context, rng: first });
      },
    };
  });
  return { ...trainStep, phases };
}

/** What the figure says of a generator that gives its training digits back. */
async function ratioOfCopies({ files, rng }: SuiteContext): Promise<number> {
  const reference = await createDigitReference({ files, imageSize: ganMnist.config.imageSize });
  try {
    const digits = digitBatches(reference.train, { count: 500 });
    const { figures } = await measureDigits(digits, reference, { rng: rng.fork('copies') });
    return figures.memorizationRatio;
  } finally {
    reference.dispose();
  }
}
