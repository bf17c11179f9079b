import { computeGradients, createRandomStream, tf } from '@tintype/core-tensor';
import { describeOnBackends, expectNoLeaks, measurePeakBytes } from '@tintype/core-tensor/testing';
import { expect, test } from 'vitest';
import type { UNet2dConfig } from './config.ts';
import { createUNet2d } from './unet-2d.ts';

const config: UNet2dConfig = {
  imageSize: 8,
  channels: 1,
  blockOutChannels: [8, 16],
  downBlocks: ['attention', 'plain'],
  layersPerBlock: 1,
  normGroups: 4,
  attentionHeadDim: 8,
  dropout: 0.3,
};

/** A net whose zero layers are drawn too, so that every gradient is there. */
function createDrawnNet(checkpointActivations: boolean) {
  const model = createUNet2d({ ...config, checkpointActivations }, createRandomStream(1));
  const draws = createRandomStream(2);
  tf.tidy(() => {
    for (const [name, { variable }] of model.parameters)
      variable.assign(draws.fork(name).normal(variable.shape as [number], 0, 0.2));
  });
  const x = draws.fork('x').normal<tf.Rank.R4>([4, 8, 8, 1]);
  const t = tf.tensor1d([1, 20, 300, 4000]);
  const gradients = (dropoutSeed = 3) =>
    computeGradients(() => {
      const dropoutRng = createRandomStream(dropoutSeed);
      const { prediction } = model.predict(x, t, { dropoutRng });
      return { total: tf.square(prediction).mean() as tf.Scalar };
    }, model.parameters);
  const dispose = () => {
    tf.dispose([x, t]);
    model.dispose();
  };
  return { gradients, dispose };
}

describeOnBackends('a U-Net that checkpoints activations', () => {
  const numbersOf = (isCheckpointed: boolean, dropoutSeed?: number) => {
    const { gradients: compute, dispose } = createDrawnNet(isCheckpointed);
    const { losses, gradients } = compute(dropoutSeed);
    const loss = losses.total.dataSync()[0];
    const values = new Map(Object.entries(gradients).map(([name, tensor]) => [name, [...tensor.dataSync()]]));
    tf.dispose([losses, gradients]);
    dispose();
    return { loss, values };
  };

  test('has the loss of one that does not, bit for bit, and its gradients up to the order of sums', () => {
    const plain = numbersOf(false);
    const checkpointed = numbersOf(true);
    expect(checkpointed.loss).toBe(plain.loss);
    expect([...checkpointed.values.keys()]).toEqual([...plain.values.keys()]);
    expect(plain.values.size).toBeGreaterThan(50);
    for (const [name, values] of plain.values) {
      expect(checkpointed.values.get(name)!, name).toBeAllClose(values, { rtol: 1e-5 });
    }
    // Other dropout masks are seen.
    const others = numbersOf(true, 4);
    expect(others.loss).not.toBe(plain.loss);
    expect(others.values.get('conv_in.weight')!).not.toBeAllClose(plain.values.get('conv_in.weight')!, {
      rtol: 1e-2,
    });
  });

  test('takes less memory and leaves nothing behind', async () => {
    const peakOf = async (isCheckpointed: boolean) => {
      const { gradients, dispose } = createDrawnNet(isCheckpointed);
      const step = () => tf.tidy(() => void gradients());
      await expectNoLeaks(step, 1);
      const peak = await measurePeakBytes(step);
      dispose();
      return peak;
    };
    expect(await peakOf(true)).toBeLessThan(0.6 * (await peakOf(false)));
  });
});
