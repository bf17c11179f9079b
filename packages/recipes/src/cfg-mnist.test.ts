import { createRandomStream, joinBatches, readImages, tf } from '@tintype/core-tensor';
import { describeOnBackends } from '@tintype/core-tensor/testing';
import { expect, test } from 'vitest';
import { cfgMnist } from './cfg-mnist.ts';
import { smallSystems } from './small-systems.test-support.ts';

const small = smallSystems['cfg-mnist']!;
const smallConfig = { ...cfgMnist.config, ...small.changes };

describeOnBackends(
  'cfg-mnist',
  () => {
    const create = (changes: object = {}) =>
      cfgMnist.create({ ...smallConfig, ...changes }, createRandomStream(1));
    const dispose = ({ model, trainStep }: ReturnType<typeof create>) => {
      trainStep.dispose();
      model.dispose();
    };

    test('the net of the recipe has about 0.7 million parameters, one row of them for no label', () => {
      const created = cfgMnist.create(cfgMnist.config, createRandomStream(1));
      const { parameters } = created.model;
      const count = [...parameters.values()].reduce((sum, { variable }) => sum + variable.size, 0);
      expect(count).toBe(654_180);
      expect(parameters.get('class_embedding.weight')!.variable.shape).toEqual([11, 128]);
      dispose(created);
    });

    test('an impossible share of dropped labels is refused before the first step', () => {
      expect(() => create({ labelDropout: 1 })).toThrow(/labelDropout.*got 1/);
    });

    test('a model that always saw its label has nothing to be guided with', async () => {
      const created = create({ labelDropout: 0 });
      const sample = (guidanceScale: number) => {
        const options = { ...cfgMnist.sampleOptions, ...small.options, labels: [2], guidanceScale };
        return joinBatches(
          cfgMnist.sample(created.model, { count: 1, firstIndex: 0, rng: createRandomStream(1), options }),
        );
      };
      await expect(async () => sample(4)).rejects.toThrow(/trained without a null label/);
      (await sample(1)).dispose();
      dispose(created);
    });

    test('labels that are no classes, and lists of none, are refused by name', async () => {
      const created = create();
      const sample = async (changes: object) => {
        const options = { ...cfgMnist.sampleOptions, ...small.options, ...changes };
        return joinBatches(
          cfgMnist.sample(created.model, { count: 1, firstIndex: 0, rng: createRandomStream(1), options }),
        );
      };
      await expect(sample({ labels: [0, 3] })).rejects.toThrow(/labels\[1\].*got 3.*0 to 2/);
      await expect(sample({ labels: [] })).rejects.toThrow(/labels.*at least one/);
      await expect(sample({ labels: 2 })).rejects.toThrow(/labels/);
      await expect(sample({ imagesPerLabel: 0 })).rejects.toThrow(/imagesPerLabel.*got 0/);
      dispose(created);
    });

    test('images without labels, and with labels of more classes, are refused', async () => {
      const data = (labels: Uint8Array | undefined) =>
        cfgMnist.data({
          files: { read: () => Promise.reject(new Error('not asked')) },
          config: smallConfig,
          batchSize: 1,
          rng: createRandomStream(1),
          loadImages: async () => ({
            name: 'mine',
            size: 1,
            height: 8,
            width: 8,
            channels: 1,
            pixels: Uint8Array.from({ length: 64 }, (_, i) => i),
            ...(labels && { labels, classNames: ['a', 'b', 'c', 'd'] }),
          }),
        });
      await expect(data(undefined)).rejects.toThrow(/data: mine.*no labels/);
      await expect(data(Uint8Array.of(3))).rejects.toThrow(/got 4, expected labels of at most 3/);
      const batch = await (await data(Uint8Array.of(2))).batch(0);
      expect(await batch.labels!.data()).toEqual(Int32Array.of(2));
      tf.dispose(batch);
    });

    test('a preview of any size shows every digit in turn: six images of three classes are two rows', async () => {
      const created = create();
      const { model } = created;
      for (const [name, { variable }] of model.parameters) {
        const drawn = createRandomStream(5)
          .fork(name)
          .normal(variable.shape as [number], 0, 0.2);
        variable.assign(drawn);
        drawn.dispose();
      }
      const read = async () => {
        const images = await cfgMnist.preview(model, createRandomStream(3), { count: 6 });
        const { values } = await readImages(images);
        images.dispose();
        return Array.from({ length: 6 }, (_, i) => values.slice(i * 64, (i + 1) * 64).join());
      };
      const before = await read();
      // Only the row of class 1 is changed, so only its images change.
      const { variable } = model.parameters.get('class_embedding.weight')!;
      const changed = tf.tidy(() => variable.add(tf.oneHot(tf.tensor1d([1], 'int32'), 4).transpose()));
      variable.assign(changed);
      changed.dispose();
      const after = await read();
      expect(after.map((image, i) => image !== before[i])).toEqual([false, false, true, true, false, false]);
      dispose(created);
    });
  },
  { backends: ['wasm'] },
);
