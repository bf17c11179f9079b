import { type BatchSource, tf } from '@tintype/core-tensor';
import { cfgMnist } from '@tintype/recipes';
import { defineSuite, type SuiteContext } from '../quality-suite.ts';
import { countVerdicts, watchingEvery } from './break-training.ts';

const plain = 'digits read as asked at w = 0';
const guided = 'digits read as asked at w = 3';
const recall = 'recall at w = 0 − recall at w = 3';

const shuffledPlain = 'shuffled labels: digits are not as asked at w = 0';
const shuffledGuided = 'shuffled labels: digits are not as asked at w = 3';
const shuffledRecall = 'shuffled labels: guidance trades nothing';
const ignored = 'shuffled labels: the ignored condition is reported';

const samples = 500;
const controlSteps = 300;

/**
 * Acceptance lines 14.4 and 14.7. The quick start is too short for the 80 % without guidance that the first asks for: its
 * threshold is the calibrated one.
 */
export const cfgMnistSuite = defineSuite({
  name: 'cfg-mnist',
  system: 'classifier-free-guidance',
  description: 'Classifier-free guidance on MNIST: the digit that is asked for, and what guidance costs',
  steps: cfgMnist.steps,
  checks: [
    { id: '14.4', name: plain, kind: 'D', direction: '>=', threshold: 'calibrated' },
    { id: '14.4', name: guided, kind: 'D', direction: '>=', threshold: 0.97 },
    { id: '14.4', name: recall, kind: 'D', direction: '>=', threshold: 'calibrated' },
    { id: '14.7', name: shuffledPlain, kind: 'N', breaks: plain },
    { id: '14.7', name: shuffledGuided, kind: 'N', breaks: guided },
    { id: '14.7', name: shuffledRecall, kind: 'N', breaks: recall },
    { id: '14.7', name: ignored, kind: 'N', monitor: 'ignored-condition' },
  ],
  async measure(context) {
    const healthy = await context.train(cfgMnist, { variant: 'healthy' });
    const at = (weight: number) => ({
      count: samples,
      options: { guidanceScale: 1 + weight },
      of: `w = ${weight}`,
    });
    const [without, few, many] = [
      await healthy.evaluate(at(0)),
      await healthy.evaluate(at(1)),
      await healthy.evaluate(at(3)),
    ];
    context.report(plain, { healthy: without.labelAccuracy! });
    context.report(guided, { healthy: many.labelAccuracy! });
    context.report(recall, { healthy: without.recall! - many.recall! });
    for (const [weight, figures] of [
      [0, without],
      [1, few],
      [3, many],
    ] as const) {
      for (const name of ['labelAccuracy', 'fidLenet', 'precision', 'recall', 'diversity'])
        context.fact(`${name} at w = ${weight}`, figures[name]!);
    }
    context.fact('noiseError', many.noiseError!);
    context.fact('fidFloor', many.fidFloor!);
    context.fact('without label dropout', await refusalWithoutDropout(context));
    const images = await cfgMnist.preview(healthy.model, healthy.rng.fork('grid'), { count: 50 });
    await context.grid('healthy', images, 5);
    images.dispose();

    const confused = await context.train(cfgMnist, {
      variant: 'shuffled-labels',
      from: healthy,
      steps: controlSteps,
      batches: shufflingLabels,
      monitors: async (created) => {
        const { files } = context;
        return watchingEvery(await cfgMnist.monitors(created, { files, config: cfgMnist.config }), 100);
      },
    });
    const [lost, lostGuided] = [await confused.evaluate(at(0)), await confused.evaluate(at(3))];
    context.report(shuffledPlain, { broken: lost.labelAccuracy! });
    context.report(shuffledGuided, { broken: lostGuided.labelAccuracy! });
    context.report(shuffledRecall, { broken: lost.recall! - lostGuided.recall! });
    context.report(ignored, {
      healthy: countVerdicts(healthy.verdicts, 'ignored-condition'),
      broken: countVerdicts(confused.verdicts, 'ignored-condition'),
    });
  },
});

/** Every image has the label of another one of its batch. */
function shufflingLabels(batches: BatchSource): BatchSource {
  return {
    async batch(step, request) {
      const { labels, ...rest } = await batches.batch(step, request);
      const others = tf.reverse(labels!);
      labels!.dispose();
      return { ...rest, labels: others };
    },
  };
}

/** A model that always saw its label has no unconditional prediction: guidance refuses it by name. */
async function refusalWithoutDropout({ rng }: SuiteContext): Promise<string> {
  const { model, trainStep } = cfgMnist.create({ ...cfgMnist.config, labelDropout: 0 }, rng.fork('model'));
  const request = { count: 1, firstIndex: 0, rng, options: cfgMnist.sampleOptions };
  try {
    for await (const images of cfgMnist.sample(model, request)) images.dispose();
    return 'not refused';
  } catch (refusal) {
    return refusal instanceof Error ? refusal.message : String(refusal);
  } finally {
    trainStep.dispose();
    model.dispose();
  }
}
