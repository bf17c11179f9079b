import { computeGradients, createRandomStream, tf } from '@tintype/core-tensor';
import { describeOnBackends, expectNoLeaks, measurePeakBytes } from '@tintype/core-tensor/testing';
import { expect, test } from 'vitest';
import { resolveUNet2dConditionConfig, type UNet2dConditionConfig } from './config.ts';
import { createUNet2dCondition } from './unet-2d-condition.ts';

const tiny: UNet2dConditionConfig = {
  imageSize: 8,
  channels: 1,
  blockOutChannels: [4, 8],
  layersPerBlock: 1,
  normGroups: 2,
  crossAttentionDim: 6,
  attentionHeads: 2,
};

const refused: [Partial<Record<keyof UNet2dConditionConfig, unknown>>, string, RegExp][] = [
  [{ imageSize: 9 }, 'E_SHAPE', /imageSize must be divisible by 2 .*got 9, expected 8 or 10/],
  [{ crossAttentionDim: undefined }, 'E_CONFIG', /crossAttentionDim/],
  [{ crossAttentionDim: [6] }, 'E_CONFIG', /crossAttentionDim needs one entry for each of 2 levels/],
  [{ crossAttentionDim: [6, 5] }, 'E_CONFIG', /crossAttentionDim must be the same/],
  [{ attentionHeads: 3 }, 'E_CONFIG', /must be a multiple of attentionHeads \(3\)/],
  [{ transformerLayers: 0 }, 'E_CONFIG', /transformerLayers/],
  [{ downBlocks: ['plain'] }, 'E_CONFIG', /downBlocks.*2 levels/],
  [{ downBlocks: ['plain', 'attention'] }, 'E_CONFIG', /downBlocks/],
];

test('impossible configurations are refused', () => {
  for (const [change, code, message] of refused) {
    expect(() => resolveUNet2dConditionConfig({ ...tiny, ...change } as never), String(message)).toThrow(
      expect.objectContaining({ code, message: expect.stringMatching(message) }),
    );
  }
});

test('the default has attention everywhere but at the coarsest level, and one number stands for all levels', () => {
  expect(resolveUNet2dConditionConfig(tiny)).toMatchObject({
    downBlocks: ['cross-attention', 'plain'],
    upBlocks: ['plain', 'cross-attention'],
    crossAttentionDim: [6, 6],
    attentionHeads: [2, 2],
    transformerLayers: [1, 1],
    useLinearProjection: false,
  });
});

/** A net whose zero layers are drawn too, so that everything reaches the output. */
function createDrawnNet(change: Partial<UNet2dConditionConfig> = {}) {
  const model = createUNet2dCondition({ ...tiny, ...change }, createRandomStream(1));
  const draws = createRandomStream(2);
  tf.tidy(() => {
    for (const [name, { variable }] of model.parameters)
      variable.assign(draws.fork(name).normal(variable.shape as [number], 0, 0.3));
  });
  return model;
}

describeOnBackends('the U-Net with cross-attention', () => {
  const rng = createRandomStream(5);
  const images = (batch = 2) => rng.fork('x').normal<tf.Rank.R4>([batch, 8, 8, 1]);
  const tokens = (name: string, shape = [2, 3, 6]) => rng.fork(name).normal(shape as [number]);
  const t = () => tf.tensor1d([10, 500]);

  test('it starts at zero output, and as a net that looks at nothing', () => {
    const model = createUNet2dCondition(tiny, rng);
    const condition = { encoderHiddenStates: tokens('a') };
    expect(model.predict(images(), t(), { condition }).prediction).toBeAllClose(tf.zeros([2, 8, 8, 1]));
    const transformer = 'mid_block.attentions.0';
    expect(model.parameters.get(`${transformer}.proj_out.weight`)!.variable).toBeAllClose(
      tf.zeros([1, 1, 8, 8]),
    );
    expect(model.parameters.has(`${transformer}.transformer_blocks.0.attn2.to_k.bias`)).toBe(false);
    model.dispose();
  });

  test('each image looks at its own tokens, in any order and number', () => {
    const model = createDrawnNet();
    const at = (encoderHiddenStates: tf.Tensor) =>
      model.predict(images(), t(), { condition: { encoderHiddenStates } }).prediction;
    const [a, other] = [tokens('a'), tokens('b', [1, 3, 6])];
    const base = at(a);
    const changed = at(tf.concat([a.slice([0], [1]), other]));
    expect(changed.slice([0], [1])).toBeAllClose(base.slice([0], [1]));
    expect(changed.slice([1], [1])).not.toBeAllClose(base.slice([1], [1]), { rtol: 1e-3 });
    expect(at(tf.reverse(a, 1))).toBeAllClose(base);
    expect(at(tf.concat([a, a], 1))).toBeAllClose(base);
    model.dispose();
  });

  test('stacked transformer blocks, linear projections, classes and learned variance have diffusers’ shapes', () => {
    const model = createDrawnNet({
      transformerLayers: [2, 3],
      attentionHeads: [1, 4],
      useLinearProjection: true,
      numClasses: 3,
      varianceType: 'learned-range',
    });
    const condition = { encoderHiddenStates: tokens('a'), labels: tf.tensor1d([0, 2], 'int32') };
    const { prediction, variance } = model.predict(images(), t(), { condition });
    expect([prediction.shape, variance!.shape]).toEqual([
      [2, 8, 8, 1],
      [2, 8, 8, 1],
    ]);
    const names = [...model.parameters.keys()];
    const blocksAt = (path: string) =>
      new Set(names.map((name) => name.match(`${path}.transformer_blocks.(\\d)`)?.[1]).filter(Boolean)).size;
    expect(blocksAt('down_blocks.0.attentions.0')).toBe(2);
    expect(blocksAt('up_blocks.1.attentions.1')).toBe(2);
    expect(blocksAt('mid_block.attentions.0')).toBe(3);
    expect(model.parameters.get('mid_block.attentions.0.proj_in.weight')!.layout).toBe('linear');
    model.dispose();
  });

  test('missing tokens, and tokens of another shape, are refused before anything runs', () => {
    const model = createUNet2dCondition(tiny, rng);
    const wrong = [
      undefined,
      {},
      { encoderHiddenStates: tokens('a', [1, 3, 6]) },
      { encoderHiddenStates: tokens('a', [2, 3, 5]) },
      { encoderHiddenStates: tokens('a', [2, 6]) },
      { encoderHiddenStates: tf.zeros([2, 0, 6]) },
    ];
    for (const condition of wrong) {
      expect(() => model.predict(images(), t(), { condition: condition as never })).toThrow(
        expect.objectContaining({
          code: 'E_SHAPE',
          message: expect.stringContaining('expected [2, tokens, 6]'),
        }),
      );
    }
    model.dispose();
    expect(() => model.predict(images(), t(), { condition: { encoderHiddenStates: tokens('a') } })).toThrow(
      expect.objectContaining({ code: 'E_DISPOSED' }),
    );
  });

  test('creating, predicting and disposing leave nothing behind', () =>
    expectNoLeaks(() =>
      tf.tidy(() => {
        const model = createUNet2dCondition(tiny, rng);
        model.predict(images(), t(), { condition: { encoderHiddenStates: tokens('a') } });
        model.dispose();
      }),
    ));
});

// On one backend: what is kept is the tape's matter, and cpu takes seconds.
describeOnBackends(
  'a U-Net with cross-attention that checkpoints activations',
  () => {
    const stepOf = (checkpointActivations: boolean) => {
      const model = createDrawnNet({ checkpointActivations, dropout: 0.3 });
      const draws = createRandomStream(3);
      const x = draws.fork('x').normal<tf.Rank.R4>([2, 8, 8, 1]);
      const encoderHiddenStates = draws.fork('tokens').normal([2, 3, 6]);
      const t = tf.tensor1d([1, 300]);
      const step = () =>
        computeGradients(() => {
          const options = { condition: { encoderHiddenStates }, dropoutRng: createRandomStream(4) };
          return { total: tf.square(model.predict(x, t, options).prediction).mean() as tf.Scalar };
        }, model.parameters);
      const dispose = () => {
        tf.dispose([x, encoderHiddenStates, t]);
        model.dispose();
      };
      return { step, dispose };
    };

    test('has the same loss and gradients, in less memory, and leaves nothing behind', async () => {
      const measure = async (isCheckpointed: boolean) => {
        const { step, dispose } = stepOf(isCheckpointed);
        const { losses, gradients } = step();
        const loss = losses.total.dataSync()[0];
        const values = Object.entries(gradients).map(([name, g]) => [name, [...g.dataSync()]] as const);
        tf.dispose([losses, gradients]);
        const run = () => tf.tidy(() => void step());
        if (isCheckpointed) await expectNoLeaks(run, 1);
        const peak = await measurePeakBytes(run);
        dispose();
        return { loss, values, peak };
      };
      const plain = await measure(false);
      const checkpointed = await measure(true);
      expect(checkpointed.loss).toBe(plain.loss);
      expect(checkpointed.values.length).toBeGreaterThan(100);
      const byName = new Map(checkpointed.values);
      for (const [name, values] of plain.values)
        expect(byName.get(name)!, name).toBeAllClose(values, { rtol: 1e-4 });
      expect(checkpointed.peak).toBeLessThan(0.7 * plain.peak);
    });
  },
  { backends: ['wasm'] },
);
