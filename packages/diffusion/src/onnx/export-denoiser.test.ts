import { createRandomStream, type ParameterTree, tf } from '@tintype/core-tensor';
import { describeOnBackends } from '@tintype/core-tensor/testing';
import { expect, test } from 'vitest';
import { sampleDdim } from '../ddim/sample.ts';
import { ddimSteps } from '../ddim/step.ts';
import { createNoiseSchedule } from '../noise-schedule/index.ts';
import type { UNet2dConfig } from '../unet/config.ts';
import { createUNet2d } from '../unet/unet-2d.ts';
import { createUNet2dCondition } from '../unet-condition/unet-2d-condition.ts';
import { exportDenoiserOnnx } from './export-denoiser.ts';
import { openOnnx } from './open-onnx.test-support.ts';

const tiny: UNet2dConfig = {
  imageSize: 8,
  channels: 3,
  blockOutChannels: [4, 8],
  layersPerBlock: 1,
  normGroups: 2,
  attentionHeadDim: 4,
};
const size = { imageSize: 8, channels: 3 };
const close = { rtol: 1e-4, atol: 1e-5 };

const nets: readonly (readonly [name: string, config: Partial<UNet2dConfig>])[] = [
  ['attention at both levels, of one head and of two', { downBlocks: ['attention', 'attention'] }],
  ['time as scale and shift', { timeConditioning: 'scale-shift', midBlockAttention: false }],
  ['patches of 2×2 and a learned variance', { patchSize: 2, varianceType: 'learned-range' }],
  ['plain, with activations made anew in the backward pass', { checkpointActivations: true }],
];

const rng = createRandomStream(1);
const times = [7, 400.5, 999];

/** Replaces what starts at zero, so that every weight matters. */
function drawn<Model extends { readonly parameters: ParameterTree }>(model: Model): Model {
  for (const [name, { variable }] of model.parameters) {
    variable.assign(
      rng
        .fork('draw')
        .fork(name)
        .normal(variable.shape as [number], 0, 0.3),
    );
  }
  return model;
}

const noise = (batch: number) => rng.fork('x').normal<tf.Rank.R4>([batch, 8, 8, 3]);
const toNchw = (x: tf.Tensor4D) => tf.transpose(x, [0, 3, 1, 2]);
const toNhwc = (x: tf.Tensor | undefined) => tf.transpose(x as tf.Tensor4D, [0, 2, 3, 1]);

describeOnBackends(
  'a denoiser in onnxruntime',
  () => {
    for (const [name, changes] of nets) {
      test(`one file predicts what the model does for one image and for three: ${name}`, async () => {
        const model = drawn(createUNet2d({ ...tiny, ...changes }, rng));
        const run = await openOnnx(await exportDenoiserOnnx(model, size));
        for (const batch of [1, 3]) {
          const [x, t] = [noise(batch), tf.tensor1d(times.slice(0, batch))];
          const outputs = await run({ x: toNchw(x), t });
          const expected = model.predict(x, t);
          expect(toNhwc(outputs.prediction)).toBeAllClose(expected.prediction, close);
          expect('variance' in outputs).toBe(expected.variance !== undefined);
          if (expected.variance) expect(toNhwc(outputs.variance)).toBeAllClose(expected.variance, close);
        }
        model.dispose();
      });
    }

    test('labels, the null label among them, may be int64 in the file', async () => {
      const model = drawn(createUNet2d({ ...tiny, numClasses: 3, hasNullLabel: true }, rng));
      const file = await exportDenoiserOnnx(model, {
        ...size,
        condition: { labels: 'int64' },
        layout: 'nhwc',
      });
      const [x, t] = [noise(3), tf.tensor1d(times)];
      const outputs = await (await openOnnx(file))({ x, t, labels: BigInt64Array.of(-1n, 2n, 0n) });
      const at = (labels: number[]) =>
        model.predict(x, t, { condition: { labels: tf.tensor1d(labels, 'int32') } }).prediction;
      expect(outputs.prediction).toBeAllClose(at([-1, 2, 0]), close);
      expect(outputs.prediction).not.toBeAllClose(at([0, 2, 0]), { rtol: 1e-3 });
      model.dispose();
    });

    test('a net that looks at tokens takes them as encoder_hidden_states', async () => {
      const model = drawn(
        createUNet2dCondition(
          {
            ...size,
            blockOutChannels: [4, 8],
            layersPerBlock: 1,
            normGroups: 2,
            attentionHeads: 2,
            crossAttentionDim: 6,
          },
          rng,
        ),
      );
      const condition = { encoderHiddenStates: { tokens: 5, channels: 6 } };
      const run = await openOnnx(await exportDenoiserOnnx(model, { ...size, condition }));
      for (const batch of [1, 3]) {
        const [x, t] = [noise(batch), tf.tensor1d(times.slice(0, batch))];
        const tokens = rng.fork('tokens').normal<tf.Rank.R3>([batch, 5, 6]);
        const outputs = await run({ x: toNchw(x), t, encoder_hidden_states: tokens });
        const expected = model.predict(x, t, { condition: { encoderHiddenStates: tokens } });
        expect(toNhwc(outputs.prediction)).toBeAllClose(expected.prediction, close);
      }
      model.dispose();
    });

    test('five steps of DDIM with the file alone end in the image of sampleDdim', async () => {
      const model = drawn(createUNet2d(tiny, rng));
      const schedule = createNoiseSchedule({ kind: 'linear', timesteps: 100 });
      const run = await openOnnx(await exportDenoiserOnnx(model, { ...size, layout: 'nhwc' }));
      const initialNoise = noise(2);
      // The loop of README.md: plain numbers, no tensors of ours.
      let x = Float32Array.from(initialNoise.dataSync());
      for (const { t, alphaCumprod, alphaCumprodPrevious } of ddimSteps(schedule, { numInferenceSteps: 5 })) {
        const { prediction } = await run({ x: tf.tensor(x, [2, 8, 8, 3]), t: tf.fill([2], t) });
        const epsilon = prediction!.dataSync();
        x = x.map((value, i) => {
          const xStart = (value - Math.sqrt(1 - alphaCumprod) * epsilon[i]!) / Math.sqrt(alphaCumprod);
          const clipped = Math.min(1, Math.max(-1, xStart));
          return (
            Math.sqrt(alphaCumprodPrevious) * clipped + Math.sqrt(1 - alphaCumprodPrevious) * epsilon[i]!
          );
        });
      }
      const options = { shape: [8, 8, 3], count: 2, numInferenceSteps: 5, rng, initialNoise } as const;
      const sampled = await sampleDdim(model, schedule, options);
      expect(tf.tensor(x, [2, 8, 8, 3])).toBeAllClose(sampled, { rtol: 1e-3 });
      expect(sampled).not.toBeAllClose(initialNoise, { rtol: 1e-1 });
      model.dispose();
    });
  },
  { backends: ['wasm'] },
);

const files: Uint8Array[] = [];

describeOnBackends('the file of a denoiser', () => {
  const model = () => drawn(createUNet2d({ ...tiny, numClasses: 2 }, createRandomStream(2)));
  const options = { ...size, condition: { labels: 'int32' } } as const;

  test('it is the same bytes each time and from each backend', async () => {
    const net = model();
    const file = await exportDenoiserOnnx(net, options);
    files.push(file);
    expect(await exportDenoiserOnnx(net, options)).toEqual(file);
    expect(file).toEqual(files[0]);
    net.dispose();
  });

  test('another weight or the other layout is found by the comparison', async () => {
    const net = model();
    const labels = tf.tensor1d([0], 'int32');
    const [x, t] = [noise(1), tf.tensor1d([5])];
    const expected = net.predict(x, t, { condition: { labels } }).prediction;
    const { variable } = net.parameters.get('conv_in.weight')!;
    variable.assign(tf.mul(variable, 1.05));
    const run = await openOnnx(await exportDenoiserOnnx(net, options));
    const perturbed = await run({ x: toNchw(x), t, labels });
    expect(toNhwc(perturbed.prediction)).not.toBeAllClose(expected, { rtol: 1e-3 });
    await expect(run({ x, t, labels })).rejects.toThrow(/invalid dimensions/);
    net.dispose();
  });

  test('options that do not fit are refused', async () => {
    const net = model();
    const refusal = (code: string) => expect.objectContaining({ code });
    expect(() => exportDenoiserOnnx(net, { ...size, layot: 'nchw' } as never)).toThrow(
      refusal('E_UNKNOWN_OPTION'),
    );
    await expect(exportDenoiserOnnx(net, size)).rejects.toThrow(/needs labels/);
    await expect(exportDenoiserOnnx(net, { ...options, channels: 1 })).rejects.toThrow(refusal('E_SHAPE'));
    net.dispose();
  });
});
