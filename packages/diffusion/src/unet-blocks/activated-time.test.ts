import { createParameters, createRandomStream, silu, tf } from '@tintype/core-tensor';
import { describeOnBackends } from '@tintype/core-tensor/testing';
import { expect, test } from 'vitest';
import { resolveUNet2dConfig } from '../unet/config.ts';
import { createActivatedTime } from './activated-time.ts';

const size = 8;
const times = [0, 1, 17.5, 999];

/** sin and cos of t · 10000^(−i / (size/2 − shift)), in float64. */
function sinusoids(t: number, flipSinToCos: boolean, shift: number): number[] {
  const angles = Array.from({ length: size / 2 }, (_, i) => t * 10_000 ** (-i / (size / 2 - shift)));
  const [sines, cosines] = [angles.map(Math.sin), angles.map(Math.cos)];
  return flipSinToCos ? [...cosines, ...sines] : [...sines, ...cosines];
}

describeOnBackends('the time of the U-Net', () => {
  test('is sines and cosines of t through two layers, in the order and with the shift of the configuration', () => {
    for (const [flipSinToCos, frequencyShift] of [
      [true, 0],
      [false, 1],
    ] as const) {
      const { scope, parameters, dispose } = createParameters(createRandomStream(1));
      const config = resolveUNet2dConfig({
        imageSize: 8,
        channels: 1,
        blockOutChannels: [size],
        normGroups: 2,
        attentionHeadDim: null,
        flipSinToCos,
        frequencyShift,
      });
      const seen = createActivatedTime(scope, config, 'test')(tf.tensor1d(times), undefined);
      const at = (name: string) => parameters.get(`time_embedding.${name}`)!.variable;
      const through = (rows: number[][]) => {
        const first = silu(
          tf.matMul(tf.tensor2d(rows), at('linear_1.weight') as tf.Tensor2D).add(at('linear_1.bias')),
        );
        return silu(tf.matMul(first, at('linear_2.weight') as tf.Tensor2D).add(at('linear_2.bias')));
      };
      expect(seen).toBeAllClose(through(times.map((t) => sinusoids(t, flipSinToCos, frequencyShift))));
      const otherOrder = times.map((t) => sinusoids(t, !flipSinToCos, frequencyShift));
      expect(seen).not.toBeAllClose(through(otherOrder), { rtol: 1e-2 });
      const otherShift = times.map((t) => sinusoids(t, flipSinToCos, 1 - frequencyShift));
      expect(seen).not.toBeAllClose(through(otherShift), { rtol: 1e-2 });
      dispose();
    }
  });
});
