import { createRandomStream, tf } from '@tintype/core-tensor';
import { describeOnBackends, expectNoLeaks } from '@tintype/core-tensor/testing';
import { expect, test } from 'vitest';
import { resolveUNet2dConfig, type UNet2dConfig } from './config.ts';
import { createUNet2d } from './unet-2d.ts';

const tiny: UNet2dConfig = {
  imageSize: 8,
  channels: 1,
  blockOutChannels: [4, 8],
  layersPerBlock: 1,
  normGroups: 2,
  attentionHeadDim: 4,
};

const refused: [Partial<Record<keyof UNet2dConfig | 'layersPerBlok', unknown>>, string, RegExp][] = [
  [{ imageSize: 9 }, 'E_SHAPE', /imageSize must be divisible by 2 .*got 9, expected 8 or 10/],
  [{ imageSize: 14, blockOutChannels: [4, 8, 8] }, 'E_SHAPE', /divisible by 4.*got 14, expected 12 or 16/],
  [
    { imageSize: 28, patchSize: 2, blockOutChannels: [4, 8, 8] },
    'E_SHAPE',
    /divisible by 8 .*expected 24 or 32/,
  ],
  [{ imageSize: 1 }, 'E_SHAPE', /got 1, expected 2/],
  [{ imageSize: 8.5 }, 'E_SHAPE', /got 8\.5/],
  [{ layersPerBlok: 2 }, 'E_UNKNOWN_OPTION', /layersPerBlock/],
  [{ blockOutChannels: [] }, 'E_CONFIG', /blockOutChannels/],
  [{ blockOutChannels: [4, 7] }, 'E_CONFIG', /blockOutChannels\[1\].*multiple of normGroups \(2\).*got 7/],
  [{ blockOutChannels: [4, 6] }, 'E_CONFIG', /multiple of attentionHeadDim \(4\)/],
  [{ normGroups: 1, blockOutChannels: [3, 8] }, 'E_CONFIG', /must be even/],
  [{ downBlocks: ['plain'] }, 'E_CONFIG', /downBlocks.*2 levels/],
  [{ dropout: 1 }, 'E_CONFIG', /dropout/],
  [{ channels: 0 }, 'E_CONFIG', /channels/],
  [{ outChannels: 3, varianceType: 'learned-range' }, 'E_CONFIG', /outChannels must be 2/],
];

test('impossible configurations are refused, and sizes that would fit are named', () => {
  for (const [change, code, message] of refused) {
    expect(() => resolveUNet2dConfig({ ...tiny, ...change } as never), String(message)).toThrow(
      expect.objectContaining({ code, message: expect.stringMatching(message) }),
    );
  }
});

describeOnBackends('the U-Net', () => {
  const rng = createRandomStream(1);
  const noise = (shape: [number, number, number, number]) => rng.fork('x').normal<tf.Rank.R4>(shape);

  test('it starts at zero output and zero influence of the last convolution', () => {
    const model = createUNet2d(tiny, rng);
    const { prediction, variance } = model.predict(noise([2, 8, 8, 1]), tf.tensor1d([0, 500]));
    expect(prediction.shape).toEqual([2, 8, 8, 1]);
    expect(prediction).toBeAllClose(tf.zeros([2, 8, 8, 1]));
    expect(variance).toBeUndefined();
    model.dispose();
  });

  test('with a space-to-depth stem it works on patches: same images, a quarter of the positions', () => {
    const model = createUNet2d({ ...tiny, patchSize: 2 }, rng);
    expect(model.parameters.get('conv_in.weight')!.variable.shape).toEqual([3, 3, 4, 4]);
    expect(model.parameters.get('conv_out.weight')!.variable.shape).toEqual([3, 3, 4, 4]);
    expect(model.predict(noise([1, 8, 12, 1]), tf.tensor1d([3])).prediction.shape).toEqual([1, 8, 12, 1]);
    model.dispose();
  });

  test('the time, the class and the null class each change the output of a drawn net', () => {
    const model = createUNet2d({ ...tiny, numClasses: 3, hasNullLabel: true }, rng);
    for (const [name, { variable }] of model.parameters) {
      variable.assign(
        rng
          .fork('draw')
          .fork(name)
          .normal(variable.shape as [number], 0, 0.3),
      );
    }
    const x = noise([1, 8, 8, 1]);
    const at = (t: number, label: number) =>
      model.predict(x, tf.tensor1d([t]), { condition: { labels: tf.tensor1d([label], 'int32') } }).prediction;
    const base = at(10, 0);
    expect(at(10, 0)).toBeAllClose(base);
    for (const other of [at(400, 0), at(10.5, 0), at(10, 1), at(10, -1)]) {
      expect(other).not.toBeAllClose(base, { rtol: 1e-3 });
    }
    model.dispose();
  });

  test('the time as scale and shift takes twice the features, and null labels are announced', () => {
    const model = createUNet2d(
      { ...tiny, timeConditioning: 'scale-shift', numClasses: 3, hasNullLabel: true },
      rng,
    );
    const shapeOf = (name: string) => model.parameters.get(name)!.variable.shape;
    expect(shapeOf('down_blocks.0.resnets.0.time_emb_proj.weight')).toEqual([16, 8]);
    expect(shapeOf('class_embedding.weight')).toEqual([4, 16]);
    expect(model.hasNullLabel).toBe(true);
    const others = [
      createUNet2d({ ...tiny, numClasses: 3 }, rng),
      createUNet2d({ ...tiny, hasNullLabel: true }, rng),
    ];
    expect(others.map(({ hasNullLabel }) => hasNullLabel)).toEqual([false, false]);
    for (const each of [model, ...others]) each.dispose();
  });

  test('a learned variance comes beside the prediction', () => {
    const model = createUNet2d({ ...tiny, varianceType: 'learned-range' }, rng);
    const { prediction, variance } = model.predict(noise([1, 8, 8, 1]), tf.tensor1d([3]));
    expect([prediction.shape, variance!.shape]).toEqual([
      [1, 8, 8, 1],
      [1, 8, 8, 1],
    ]);
    model.dispose();
  });

  test('dropout needs its stream, repeats with it and is off without', () => {
    const model = createUNet2d({ ...tiny, dropout: 0.5 }, rng);
    for (const [name, { variable }] of model.parameters) {
      variable.assign(
        rng
          .fork('draw')
          .fork(name)
          .normal(variable.shape as [number], 0, 0.3),
      );
    }
    const [x, t] = [noise([1, 8, 8, 1]), tf.tensor1d([3])];
    const dropped = (seed: number) =>
      model.predict(x, t, { dropoutRng: createRandomStream(seed) }).prediction;
    expect(model.predict(x, t).prediction).toBeAllClose(model.predict(x, t).prediction);
    expect(dropped(1)).toBeAllClose(dropped(1));
    expect(dropped(1)).not.toBeAllClose(dropped(2), { rtol: 1e-2 });
    model.dispose();
  });

  test('images of another shape, wrong times and missing or unwanted labels are refused', () => {
    const model = createUNet2d(tiny, rng);
    const t = tf.tensor1d([1]);
    const labels = tf.tensor1d([0], 'int32');
    expect(() => model.predict(noise([1, 8, 8, 3]), t)).toThrow(/expected \[batch, height, width, 1\]/);
    expect(() => model.predict(noise([1, 8, 9, 1]), t)).toThrow(/width.*expected 8 or 10/);
    expect(() => model.predict(noise([2, 8, 8, 1]), t)).toThrow(/one timestep for each image/);
    expect(() => model.predict(noise([1, 8, 8, 1]), t, { condition: { labels } })).toThrow(
      /knows no classes/,
    );
    const conditional = createUNet2d({ ...tiny, numClasses: 3 }, rng);
    expect(() => conditional.predict(noise([1, 8, 8, 1]), t)).toThrow(/needs labels/);
    model.dispose();
    conditional.dispose();
    model.dispose();
    expect(() => model.predict(noise([1, 8, 8, 1]), t)).toThrow(
      expect.objectContaining({ code: 'E_DISPOSED' }),
    );
  });

  test('creating, predicting and disposing leave nothing behind', () =>
    expectNoLeaks(() =>
      tf.tidy(() => {
        const model = createUNet2d({ ...tiny, patchSize: 2, downBlocks: ['plain', 'attention'] }, rng);
        model.predict(noise([1, 8, 8, 1]), tf.tensor1d([3]));
        model.dispose();
      }),
    ));
});
