import { createRandomStream, tf } from '@tintype/core-tensor';
import { describeOnBackends, expectNoLeaks } from '@tintype/core-tensor/testing';
import { type Denoiser, type PredictionType, predictedParts } from '@tintype/diffusion';
import { expect, test } from 'vitest';
import { createClassDenoiser, createDrawnNet } from './class-denoiser.test-support.ts';
import { classifierFreeGuidance } from './classifier-free-guidance.ts';

const quiet = () => {};
const labelled = (...labels: number[]) => ({ condition: { labels: tf.tensor1d(labels, 'int32') } });
const valuesOf = (denoiser: Denoiser, xt: tf.Tensor4D, t: tf.Tensor1D, ...labels: number[]) =>
  denoiser.predict(xt, t, labelled(...labels)).prediction.dataSync();

describeOnBackends('classifierFreeGuidance', () => {
  const noise = (batch: number) => createRandomStream(4).normal<tf.Rank.R4>([batch, 8, 8, 1]);

  test('it is unconditional + s · (conditional − unconditional), by hand, for each image its own label', () => {
    const xt = tf.tensor4d([1, 2], [2, 1, 1, 1]);
    for (const guidanceScale of [-1, 0, 0.5, 1, 4, 7.5]) {
      const guided = classifierFreeGuidance(createClassDenoiser(), { guidanceScale, onWarning: quiet });
      const { prediction } = guided.predict(xt, tf.tensor1d([3, 8]), labelled(1, 2));
      expect(prediction).toBeAllClose([1.5 + guidanceScale * (-3 - 0.5), 2.5 + guidanceScale * (4 - 0.5)]);
    }
  });

  test('the network is asked once, for both: labels and then −1, at the same times', () => {
    const denoiser = createClassDenoiser();
    const guided = classifierFreeGuidance(denoiser, { guidanceScale: 2 });
    guided.predict(tf.zeros([2, 1, 1, 1]), tf.tensor1d([3, 8.5]), labelled(1, 2));
    expect(denoiser.calls).toEqual([{ labels: [1, 2, -1, -1], t: [3, 8.5, 3, 8.5] }]);
  });

  test('scale 1 has the bits of the conditional and 0 of the unconditional prediction', () => {
    const model = createDrawnNet();
    const [xt, t] = [noise(3), tf.tensor1d([1, 20, 700])];
    const scaled = (guidanceScale: number) =>
      valuesOf(classifierFreeGuidance(model, { guidanceScale }), xt, t, 0, 2, 1);
    const conditional = valuesOf(model, xt, t, 0, 2, 1);
    const unconditional = valuesOf(model, xt, t, -1, -1, -1);
    expect(scaled(1)).toEqual(conditional);
    expect(scaled(0)).toEqual(unconditional);
    expect(scaled(1 + 2 ** -20)).not.toEqual(conditional);
    expect(scaled(2 ** -20)).not.toEqual(unconditional);
    model.dispose();
  });

  test('the formula alone would round: 1000 + (0.1 − 1000) is not 0.1', () => {
    const denoiser: Denoiser = {
      ...createClassDenoiser(),
      predict(_xt, _t, { condition } = {}) {
        const values = [...condition!.labels!.dataSync()].map((label) => (label < 0 ? 1000 : 0.1));
        return { prediction: tf.tensor4d(values, [values.length, 1, 1, 1]) };
      },
    };
    const at = (guidanceScale: number) =>
      valuesOf(
        classifierFreeGuidance(denoiser, { guidanceScale }),
        tf.zeros([1, 1, 1, 1]),
        tf.zeros([1]),
        0,
      )[0];
    expect(at(1)).toBe(Math.fround(0.1));
    expect(at(0)).toBe(1000);
    expect(at(1 + Number.EPSILON)).not.toBe(Math.fround(0.1));
  });

  test('the doubled batch equals two calls bit for bit', () => {
    const model = createDrawnNet();
    const [xt, t] = [noise(3), tf.tensor1d([1, 20, 700])];
    const guided = valuesOf(classifierFreeGuidance(model, { guidanceScale: 4 }), xt, t, 0, 2, 1);
    const conditional = model.predict(xt, t, labelled(0, 2, 1)).prediction;
    const unconditional = model.predict(xt, t, labelled(-1, -1, -1)).prediction;
    expect(guided).toEqual(unconditional.add(conditional.sub(unconditional).mul(4)).dataSync());
    expect(guided).not.toEqual(valuesOf(classifierFreeGuidance(model, { guidanceScale: 4 }), xt, t, 0, 2, 0));
    model.dispose();
  });

  test('guiding ε, x_0 or v is the same guidance', () => {
    const alphaCumprod = 0.3;
    const xt = noise(2);
    const [signal, deviation] = [Math.sqrt(alphaCumprod), Math.sqrt(1 - alphaCumprod)];
    const epsilonOf = (x: tf.Tensor4D, labels: Iterable<number>) => {
      const factors = [...labels].map((label) => 0.4 + 0.2 * label);
      return x.mul(tf.tensor4d(factors, [factors.length, 1, 1, 1])) as tf.Tensor4D;
    };
    const speaking = (predictionType: Exclude<PredictionType, 'flow'>): Denoiser => ({
      ...createClassDenoiser({ predictionType }),
      predict(x, _t, { condition } = {}) {
        const epsilon = epsilonOf(x, condition!.labels!.dataSync());
        const xStart = x.sub(epsilon.mul(deviation)).div(signal);
        const velocity = epsilon.mul(signal).sub(xStart.mul(deviation));
        const prediction = { epsilon, sample: xStart, v: velocity }[predictionType];
        return { prediction: prediction as tf.Tensor4D };
      },
    });
    const [epsilon, ...others] = (['epsilon', 'sample', 'v'] as const).map((predictionType) => {
      const guided = classifierFreeGuidance(speaking(predictionType), { guidanceScale: 3 });
      const { prediction } = guided.predict(xt, tf.zeros([2]), labelled(0, 2));
      return predictedParts(prediction, predictionType, xt, alphaCumprod).epsilon;
    });
    for (const other of others) expect(other).toBeAllClose(epsilon!, { rtol: 1e-4, atol: 1e-4 });
    expect(epsilon!).not.toBeAllClose(epsilonOf(xt, [0, 2]), { rtol: 1e-2 });
  });

  test('a learned variance is the conditional one, and what is clipped before it is combined is not afterwards', () => {
    const model = createDrawnNet({ varianceType: 'learned-range' });
    const [xt, t] = [noise(2), tf.tensor1d([5, 6])];
    const variance = (scale: number, ...labels: number[]) =>
      classifierFreeGuidance(model, { guidanceScale: scale })
        .predict(xt, t, labelled(...labels))
        .variance!.dataSync();
    const own = (...labels: number[]) => model.predict(xt, t, labelled(...labels)).variance!.dataSync();
    expect(variance(3, 0, 2)).toEqual(own(0, 2));
    expect(variance(0, 0, 2)).toEqual(own(-1, -1));
    model.dispose();
    const clipped: Denoiser = {
      ...createClassDenoiser(),
      predict: (x) => ({ prediction: x, isClipped: true }),
    };
    const isClipped = (guidanceScale: number) =>
      classifierFreeGuidance(clipped, { guidanceScale }).predict(xt, t, labelled(0, 2)).isClipped;
    expect([isClipped(0), isClipped(1), isClipped(3)]).toEqual([true, true, undefined]);
  });

  test('every other condition is the same in both halves', () => {
    const seen: number[][] = [];
    const denoiser: Denoiser = {
      ...createClassDenoiser(),
      predict(xt, _t, { condition } = {}) {
        seen.push([...condition!.attributes!.dataSync()]);
        return { prediction: xt };
      },
    };
    const guided = classifierFreeGuidance(denoiser, { guidanceScale: 2 });
    const condition = { labels: tf.tensor1d([1], 'int32'), attributes: tf.tensor2d([[7, 8]]) };
    guided.predict(noise(1), tf.tensor1d([1]), { condition });
    expect(seen).toEqual([[7, 8, 7, 8]]);
  });

  test('predicting leaves nothing behind but the prediction', async () => {
    const model = createDrawnNet();
    for (const guidanceScale of [0, 1, 4]) {
      const guided = classifierFreeGuidance(model, { guidanceScale });
      await expectNoLeaks(() => {
        const given = [noise(1), tf.tensor1d([3]), tf.tensor1d([0], 'int32')] as const;
        const [xt, t, labels] = given;
        guided.predict(xt, t, { condition: { labels } }).prediction.dispose();
        tf.dispose([...given]);
      });
    }
    model.dispose();
  });
});

test('a scale that is not finite is refused, one below 0 is pointed out and used', () => {
  const denoiser = createClassDenoiser();
  for (const guidanceScale of [Number.NaN, Number.POSITIVE_INFINITY, Number.NEGATIVE_INFINITY]) {
    expect(() => classifierFreeGuidance(denoiser, { guidanceScale })).toThrow(
      expect.objectContaining({ code: 'E_CONFIG', message: expect.stringContaining(String(guidanceScale)) }),
    );
  }
  const warnings: string[] = [];
  const onWarning = (message: string) => void warnings.push(message);
  for (const guidanceScale of [0, 0.5, 9]) classifierFreeGuidance(denoiser, { guidanceScale, onWarning });
  expect(warnings).toEqual([]);
  classifierFreeGuidance(denoiser, { guidanceScale: -2, onWarning });
  expect(warnings).toEqual([expect.stringMatching(/guidanceScale -2 .*pushed away/)]);
});

test('a model without null label is refused, unless nothing but its conditional prediction is asked for', () => {
  for (const hasNullLabel of [false, undefined]) {
    const denoiser = createClassDenoiser({ hasNullLabel });
    for (const guidanceScale of [0, 0.5, 4]) {
      expect(() => classifierFreeGuidance(denoiser, { guidanceScale })).toThrow(
        expect.objectContaining({
          code: 'E_CONFIG',
          message: expect.stringContaining('without a null label'),
        }),
      );
    }
    expect(() => classifierFreeGuidance(denoiser, { guidanceScale: 1 })).not.toThrow();
  }
  const guided = classifierFreeGuidance(createClassDenoiser(), { guidanceScale: 2 });
  expect(() => classifierFreeGuidance(guided, { guidanceScale: 2 })).toThrow(/without a null label/);
});

test('a sampler that passes no labels is told so, at every scale', () => {
  for (const guidanceScale of [0, 1, 4]) {
    const guided = classifierFreeGuidance(createClassDenoiser(), { guidanceScale });
    for (const options of [undefined, {}, { condition: {} }]) {
      expect(() => guided.predict({} as tf.Tensor4D, {} as tf.Tensor1D, options)).toThrow(
        expect.objectContaining({
          code: 'E_LABEL',
          message: expect.stringContaining('condition: { labels }'),
        }),
      );
    }
  }
});
