import { expect, test } from 'vitest';
import { createNoiseSchedule } from './noise-schedule.ts';
import { minSnrWeights, signalToNoiseRatio } from './signal-to-noise.ts';

// Pure float64: no backend takes part.
const schedule = createNoiseSchedule({ kind: 'cosine', timesteps: 100 });

test('weighted errors of ε, v and x_0 are min(SNR, γ) times the squared error of x_0, whatever is predicted', () => {
  const [xStart, noise, wrong] = [0.3, -1.1, 0.8];
  for (const gamma of [1, 5, Number.POSITIVE_INFINITY]) {
    const weights = {
      epsilon: minSnrWeights(schedule, gamma, 'epsilon'),
      sample: minSnrWeights(schedule, gamma, 'sample'),
      v: minSnrWeights(schedule, gamma, 'v'),
    };
    schedule.alphasCumprod.forEach((alpha, t) => {
      const [signal, deviation] = [Math.sqrt(alpha), Math.sqrt(1 - alpha)];
      const xt = signal * xStart + deviation * noise;
      // What a network that takes `wrong` for the image says of the noise and of v.
      const wrongNoise = (xt - signal * wrong) / deviation;
      const v = (image: number, ofNoise: number) => signal * ofNoise - deviation * image;
      const errors = {
        epsilon: (wrongNoise - noise) ** 2,
        sample: (wrong - xStart) ** 2,
        v: (v(wrong, wrongNoise) - v(xStart, noise)) ** 2,
      };
      const expected = Math.min(alpha / (1 - alpha), gamma) * errors.sample;
      for (const type of ['epsilon', 'sample', 'v'] as const)
        expect((weights[type][t]! * errors[type]) / expected, `${type} ${t}`).toBeCloseTo(1, 8);
      // The negative control: the weight of another prediction.
      expect((weights.sample[t]! * errors.v) / expected).toBeGreaterThan(1 + alpha);
    });
  }
});

test('without a bound ε has weight 1 throughout, x_0 the SNR; the SNR falls', () => {
  const snr = signalToNoiseRatio(schedule);
  const unbounded = Number.POSITIVE_INFINITY;
  expect([...minSnrWeights(schedule, unbounded, 'epsilon')].every((weight) => weight === 1)).toBe(true);
  expect(minSnrWeights(schedule, unbounded, 'sample')).toEqual(snr);
  for (let t = 1; t < 100; t++) expect(snr[t]!).toBeLessThan(snr[t - 1]!);
});
