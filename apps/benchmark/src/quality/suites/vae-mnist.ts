import { tf } from '@tintype/core-tensor';
import { vaeMnist } from '@tintype/recipes';
import { defineSuite, type SuiteContext } from '../quality-suite.ts';
import { countVerdicts, watchingEvery } from './break-training.ts';
import { interpolationOrder } from './interpolation-order.ts';

const bound = '−ELBO of binarised test digits, nats';
const classes = 'digits among the samples, of ten';
const order = 'interpolations between two digits go from one to the other';
const sweep = 'KL falls and reconstruction rises with β: the smallest ratio';
const gain = 'what 5 importance samples gain on the bound, nats';
const units = 'active latent units';

const worse = 'β = 20: the bound is lost';
const oneDigit = 'β = 20: every sample is the same';
const still = 'β = 20: interpolations stand still';
const sameBeta = 'β without effect: the ratios are about 1';
const noGain = 'β = 20: importance samples gain nothing';
const collapsed = 'β = 20: no unit is active';
const alarm = 'β = 20: the posterior collapse is reported';

const samples = 1000;
const branchSteps = 500;

/** Acceptance lines 9.3 to 9.6. */
export const vaeMnistSuite = defineSuite({
  name: 'vae-mnist',
  system: 'vae',
  description: 'VAE on MNIST: the bound and its terms, samples, and the weight of the KL term',
  steps: vaeMnist.steps,
  quick: { steps: 300 },
  checks: [
    { id: '9.3', name: bound, kind: 'D', direction: '<=', threshold: 115, quickThreshold: 160 },
    { id: '9.4', name: classes, kind: 'D', direction: '>=', threshold: 10 },
    { id: '9.4', name: order, kind: 'D', direction: '>=', threshold: 'calibrated' },
    { id: '9.5', name: sweep, kind: 'D', direction: '>=', threshold: 'calibrated' },
    { id: '9.5', name: gain, kind: 'D', direction: '>=', threshold: 'calibrated' },
    { id: '9.5', name: units, kind: 'D', direction: '>=', threshold: 'calibrated', quickThreshold: 2 },
    { id: '9.6', name: worse, kind: 'N', breaks: bound },
    { id: '9.6', name: oneDigit, kind: 'N', breaks: classes },
    { id: '9.6', name: still, kind: 'N', breaks: order },
    { id: '9.5', name: sameBeta, kind: 'N', breaks: sweep },
    { id: '9.6', name: noGain, kind: 'N', breaks: gain },
    { id: '9.6', name: collapsed, kind: 'N', breaks: units },
    { id: '9.6', name: alarm, kind: 'N', monitor: 'posterior-collapse', isQuick: true },
  ],
  async measure(context) {
    const { isQuick, files } = context;
    const count = isQuick ? 200 : samples;
    const healthy = await context.train(vaeMnist, { variant: 'healthy' });
    const figures = await healthy.evaluate({ count });
    context.report(bound, { healthy: figures.binarizedNegativeElbo! });
    context.report(units, { healthy: figures.activeUnits! });
    for (const [name, value] of Object.entries(figures)) context.fact(name, value);

    const heavy = await context.train(vaeMnist, {
      variant: 'beta-20',
      steps: isQuick ? 200 : 600,
      changes: { klWeight: 20 },
      monitors: async (created) =>
        watchingEvery(await vaeMnist.monitors(created, { files, config: vaeMnist.config }), 50),
    });
    const lost = await heavy.evaluate({ count });
    context.report(worse, { broken: lost.binarizedNegativeElbo! });
    context.report(collapsed, { broken: lost.activeUnits! });
    context.report(alarm, {
      healthy: countVerdicts(healthy.verdicts, 'posterior-collapse'),
      broken: countVerdicts(heavy.verdicts, 'posterior-collapse'),
    });
    if (isQuick) return;

    context.report(classes, { healthy: figures.classesCovered! });
    context.report(oneDigit, { broken: lost.classesCovered! });
    context.report(gain, { healthy: figures.negativeElboOfThose! - figures.iwae5! });
    context.report(noGain, { broken: lost.negativeElboOfThose! - lost.iwae5! });
    context.report(order, { healthy: await interpolationOrder(healthy.model, files) });
    context.report(still, { broken: await interpolationOrder(heavy.model, files) });

    const terms = async (klWeight: number) => {
      const branch = await context.train(vaeMnist, {
        variant: `branch-beta-${klWeight}`,
        from: healthy,
        steps: branchSteps,
        changes: { klWeight },
      });
      return branch.evaluate({ count: 100 });
    };
    const [half, one, four] = [await terms(0.5), await terms(1), await terms(4)];
    context.report(sweep, { healthy: smallestRatio([half, one, four]) });
    context.report(sameBeta, { broken: smallestRatio([figures, one, figures]) });
    for (const [name, branch] of Object.entries({ '0.5': half, '1': one, '4': four })) {
      for (const term of ['kl', 'reconstruction', 'activeUnits'])
        context.fact(`${term} at β = ${name}`, branch[term]!);
    }
    await showGrids(context, healthy);
  },
});

type Terms = Readonly<Record<string, number>>;

/** Above 1 where both terms go the way that β pushes them, step by step. */
function smallestRatio(byBeta: readonly [Terms, Terms, Terms]): number {
  const [low, middle, high] = byBeta;
  return Math.min(
    low.kl! / middle.kl!,
    middle.kl! / high.kl!,
    middle.reconstruction! / low.reconstruction!,
    high.reconstruction! / middle.reconstruction!,
  );
}

type Trained = Awaited<ReturnType<typeof trainHealthy>>;
const trainHealthy = (context: SuiteContext) => context.train(vaeMnist, { variant: 'healthy' });

const manifoldSide = 12;

/** Samples, and what a model with two latent numbers makes of an even grid of them. */
async function showGrids(context: SuiteContext, healthy: Trained): Promise<void> {
  const images = await vaeMnist.preview(healthy.model, healthy.rng.fork('grid'), { count: 64 });
  await context.grid('healthy', images, 8);
  images.dispose();
  const flat = await context.train(vaeMnist, {
    variant: 'two-latents',
    steps: 1000,
    changes: { latentDim: 2 },
  });
  const codes = Array.from({ length: manifoldSide ** 2 }, (_, i) =>
    [i % manifoldSide, Math.floor(i / manifoldSide)].map((at) => (4 * at) / (manifoldSide - 1) - 2),
  );
  const manifold = tf.tidy(() => flat.model.decode(tf.tensor2d(codes)));
  await context.grid('manifold', manifold, manifoldSide);
  manifold.dispose();
}
