import { countActiveUnits, measureVaeBound, type VaeBound } from '@tintype/autoencoders';
import { tf } from '@tintype/core-tensor';
import { loadMnist } from '@tintype/datasets';
import { binarize, digitBatches, vaeMnist } from '@tintype/recipes';
import { defineSuite, type SuiteContext } from '../quality-suite.ts';
import { countVerdicts, watchingEvery } from './break-training.ts';
import { interpolationOrder } from './interpolation-order.ts';

const bound = '−ELBO of binarised test digits, nats';
const classes = 'digits among the samples, of ten';
const order = 'interpolations between two digits go from one to the other';
const sweep = 'KL falls and reconstruction rises with β: the smallest ratio';
const gain = 'what 5 importance samples gain on the bound, nats';
const units = 'active latent units';
const freed = 'β = 20 with half a nat of each unit free: active latent units';

const worse = 'β = 20: the bound is lost';
const oneDigit = 'β = 20: every sample is the same';
const still = 'β = 20: interpolations stand still';
const sameBeta = 'β without effect: the ratios are about 1';
const noGain = 'a single importance sample gains nothing';
const collapsed = 'β = 20: no unit is active';
const alarm = 'β = 20: the posterior collapse is reported';
const unfreed = 'β = 20 with nothing free: units fall silent';

const samples = 1000;
const branchSteps = 500;
const heavyWeight = 20;

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
    { id: '9.6', name: freed, kind: 'D', direction: '>=', threshold: 'calibrated' },
    { id: '9.6', name: worse, kind: 'N', breaks: bound },
    { id: '9.6', name: oneDigit, kind: 'N', breaks: classes },
    { id: '9.6', name: still, kind: 'N', breaks: order },
    { id: '9.5', name: sameBeta, kind: 'N', breaks: sweep },
    { id: '9.5', name: noGain, kind: 'N', breaks: gain },
    { id: '9.6', name: collapsed, kind: 'N', breaks: units },
    { id: '9.6', name: alarm, kind: 'N', monitor: 'posterior-collapse', isQuick: true },
    { id: '9.6', name: unfreed, kind: 'N', breaks: freed },
  ],
  async measure(context) {
    const healthy = await context.train(vaeMnist, { variant: 'healthy' });
    const heavy = await trainHeavy(context);
    context.report(alarm, {
      healthy: countVerdicts(healthy.verdicts, 'posterior-collapse'),
      broken: countVerdicts(heavy.verdicts, 'posterior-collapse'),
    });
    if (context.isQuick) {
      await reportBounds(context, healthy, heavy);
      return;
    }
    const [figures, lost] = [
      await healthy.evaluate({ count: samples }),
      await heavy.evaluate({ count: samples }),
    ];
    for (const [name, value] of Object.entries(figures)) context.fact(name, value);
    context.report(bound, { healthy: figures.binarizedNegativeElbo! });
    context.report(worse, { broken: lost.binarizedNegativeElbo! });
    context.report(units, { healthy: figures.activeUnits! });
    context.report(collapsed, { broken: lost.activeUnits! });
    context.report(classes, { healthy: figures.classesCovered! });
    context.report(oneDigit, { broken: lost.classesCovered! });
    context.report(gain, { healthy: figures.negativeElboOfThose! - figures.iwae5! });
    context.report(noGain, { broken: figures.negativeElboOfThose! - figures.iwae1! });
    context.report(order, { healthy: await interpolationOrder(healthy.model, context.files) });
    context.report(still, { broken: await interpolationOrder(heavy.model, context.files) });
    await reportRemedy(context, lost.activeUnits!);
    await reportSweep(context, healthy);
    await showGrids(context, healthy);
  },
});

type Trained = Awaited<ReturnType<typeof trainHeavy>>;

function trainHeavy(context: SuiteContext) {
  return context.train(vaeMnist, {
    variant: 'beta-20',
    steps: context.isQuick ? 200 : 300,
    changes: { klWeight: heavyWeight },
    monitors: watching(context),
  });
}

function watching({ files }: SuiteContext) {
  return async (created: ReturnType<typeof vaeMnist.create>) =>
    watchingEvery(await vaeMnist.monitors(created, { files, config: vaeMnist.config }), 50);
}

/** The training that collapses, with free bits (Kingma et al. 2016): each unit's first half nat costs nothing. */
async function reportRemedy(context: SuiteContext, collapsedUnits: number): Promise<void> {
  const { model, verdicts } = await context.train(vaeMnist, {
    variant: 'beta-20-free-bits',
    steps: 300,
    changes: { klWeight: heavyWeight, freeBits: 0.5 },
    monitors: watching(context),
  });
  const test = await loadMnist({ files: context.files, split: 'test' });
  const terms = await measureVaeBound(model, digitBatches(test), context.rng.fork('bound'));
  context.report(freed, { healthy: countActiveUnits(terms) });
  context.report(unfreed, { broken: collapsedUnits });
  context.fact('kl at β = 20 with free bits', terms.kl);
  context.fact(
    'reports of a posterior collapse at β = 20 with free bits',
    countVerdicts(verdicts, 'posterior-collapse'),
  );
}

/** Of the first 2 000 test digits. */
async function reportBounds(context: SuiteContext, healthy: Trained, heavy: Trained): Promise<void> {
  const test = await loadMnist({ files: context.files, split: 'test' });
  const measure = ({ model }: Trained) =>
    measureVaeBound(model, binarize(digitBatches(test, { count: 2000 })), context.rng.fork('bound'));
  const [kept, lost] = [await measure(healthy), await measure(heavy)];
  context.report(bound, { healthy: kept.negativeElbo });
  context.report(worse, { broken: lost.negativeElbo });
  context.report(units, { healthy: countActiveUnits(kept) });
  context.report(collapsed, { broken: countActiveUnits(lost) });
}

/** Branches from the healthy model with other weights of the KL term. */
async function reportSweep(context: SuiteContext, healthy: Trained): Promise<void> {
  const test = await loadMnist({ files: context.files, split: 'test' });
  const branch = async (variant: string, klWeight: number) => {
    const { model } = await context.train(vaeMnist, {
      variant,
      from: healthy,
      steps: branchSteps,
      changes: { klWeight },
    });
    return measureVaeBound(model, digitBatches(test), context.rng.fork('bound'));
  };
  const [half, one, four] = [
    await branch('half-beta', 0.5),
    await branch('same-beta', 1),
    await branch('fourfold-beta', 4),
  ];
  const before = await measureVaeBound(healthy.model, digitBatches(test), context.rng.fork('bound'));
  context.report(sweep, { healthy: smallestRatio([half, one, four]) });
  context.report(sameBeta, { broken: smallestRatio([before, one, before]) });
  for (const [beta, terms] of Object.entries({ '0.5': half, '1': one, '4': four })) {
    context.fact(`kl at β = ${beta}`, terms.kl);
    context.fact(`reconstruction at β = ${beta}`, terms.reconstruction);
    context.fact(`active units at β = ${beta}`, countActiveUnits(terms));
  }
}

/** Above 1 where both terms go the way that β pushes them, step by step. */
function smallestRatio(byBeta: readonly [VaeBound, VaeBound, VaeBound]): number {
  const [low, middle, high] = byBeta;
  return Math.min(
    low.kl / middle.kl,
    middle.kl / high.kl,
    middle.reconstruction / low.reconstruction,
    high.reconstruction / middle.reconstruction,
  );
}

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
