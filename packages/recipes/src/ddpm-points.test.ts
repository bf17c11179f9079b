import { createRandomStream, tf } from '@tintype/core-tensor';
import { describeOnBackends } from '@tintype/core-tensor/testing';
import { selectRows } from '@tintype/metrics';
import { expect, test } from 'vitest';
import { type DdpmPoints, type DdpmPointsConfig, ddpmPoints, samplePoints } from './ddpm-points.ts';
import { evaluatePoints } from './evaluate-points.ts';
import { drawPointPictures } from './point-picture.ts';
import { drawPoints, type PointSetName, pointSets } from './point-sets.ts';
import { createSmallSystem, smallSystems } from './small-systems.test-support.ts';

const names = Object.keys(pointSets) as PointSetName[];
const files = { read: () => Promise.reject(new Error('points need no files')) };
const rng = () => createRandomStream(2);
const refused = expect.objectContaining({ code: 'E_CONFIG' });

function dataOf(points: PointSetName) {
  const config: DdpmPointsConfig = { ...ddpmPoints.config, points, trainingPoints: 500 };
  return ddpmPoints.data({ files, config, batchSize: 500, rng: rng() });
}

describeOnBackends(
  'ddpm-points',
  () => {
    test.each(names)('%s: every point lies within [-1, 1], and some near its border', async (name) => {
      const { images } = await (await dataOf(name)).batch(0);
      expect(images!.shape).toEqual([500, 1, 1, 2]);
      const largest = images!.abs().max().dataSync()[0]!;
      expect(largest).toBeLessThan(1);
      expect(largest).toBeGreaterThan(0.8);
      images!.dispose();
    });

    test('point i is the same point in any batch, in the units of its set', async () => {
      const { model, dispose } = await createSmallSystem(smallSystems['ddpm-points']!);
      const options = { numInferenceSteps: 3 };
      const sample = (firstIndex: number, count: number) =>
        samplePoints(model as DdpmPoints, { firstIndex, count, rng: rng(), options });
      const [five, third] = [await sample(0, 5), await sample(2, 1)];
      expect([...third.values]).toEqual([...five.values.slice(4, 6)]);
      expect([...five.values.slice(0, 2)]).not.toEqual([...third.values]);
      dispose();
    });

    test('images cannot stand for points, and an unknown set is refused', async () => {
      const options = { files, config: ddpmPoints.config, batchSize: 4, rng: rng() };
      const loadImages = () => Promise.reject(new Error('nobody asks for images'));
      await expect(ddpmPoints.data({ ...options, loadImages })).rejects.toEqual(refused);
      const config = { ...ddpmPoints.config, points: 'spiral' as PointSetName };
      expect(() => ddpmPoints.create(config, rng())).toThrow(refused);
    });

    test('a picture shows each point at its place, shared among the pixels around it', () => {
      const points = Float32Array.from([-1, 1, 1, -1, 0, 0, 0.5, 0, 3, 0, 0, 0]);
      const pictures = drawPointPictures(points, { pointsPerImage: 3, imageSize: 5 });
      const ink = [...tf.sub(1, pictures).div(2).dataSync()];
      const at = (picture: number, row: number, column: number) => ink[picture * 25 + row * 5 + column];
      expect([at(0, 0, 0), at(0, 4, 4), at(0, 2, 2)]).toEqual([1, 1, 1]);
      expect([at(1, 2, 3), at(1, 2, 2)]).toEqual([1, 1]);
      expect(ink.reduce((sum, amount) => sum + amount, 0)).toBe(5);
      const between = drawPointPictures(Float32Array.from([0.25, 0]), { pointsPerImage: 1, imageSize: 5 });
      expect([...tf.sub(1, between).div(2).dataSync()].filter((amount) => amount > 0)).toEqual([0.5, 0.5]);
      tf.dispose([pictures, between]);
    });
  },
  { backends: ['cpu'] },
);

test('evaluatePoints: real points are at the floor with every mode; a ring without a mode is not', async () => {
  const real = await drawPoints('ring', 600, createRandomStream(5));
  const good = await evaluatePoints(real, 'ring', createRandomStream(6));
  expect(good.energyRatio).toBeLessThan(2);
  expect(good).toMatchObject({ modesCovered: 1 });
  const right = Array.from({ length: 600 }, (_, i) => i).filter((i) => real.values[2 * i]! > -1.9);
  const lost = await evaluatePoints(selectRows(real, Int32Array.from(right)), 'ring', createRandomStream(6));
  expect(lost.modesCovered).toBe(7 / 8);
  expect(lost.energyRatio).toBeGreaterThan(2);
  expect(await evaluatePoints(real, 'two-moons', createRandomStream(6))).not.toHaveProperty('modesCovered');
});
