import { expect, test } from 'vitest';
import { loadReference } from '../testing/load-reference.ts';
import { assertAllClose } from '../testing/to-be-all-close.ts';
import {
  constantSchedule,
  cosineSchedule,
  linearSchedule,
  stepSchedule,
  withWarmUp,
} from './learning-rates.ts';

const steps = (count: number) => Array.from({ length: count }, (_, i) => i);

test("cosine with warm-up is diffusers' at every recorded step", async () => {
  const [record] = await loadReference<{ warmup: number; total: number; lr: number[] }[]>(
    'blocks/learning_rates.json',
  );
  const { warmup, total, lr } = record!;
  const schedule = withWarmUp(warmup, cosineSchedule({ learningRate: 1, totalSteps: total - warmup }));
  assertAllClose(steps(lr.length).map(schedule), lr, { rtol: 1e-12, atol: 1e-12 });
  const late = cosineSchedule({ learningRate: 1, totalSteps: total - warmup });
  expect(() => assertAllClose(steps(lr.length).map(late), lr, { rtol: 1e-2 })).toThrow();
});

test('linear stays, falls in a straight line and stays again', () => {
  const schedule = linearSchedule({ learningRate: 2, totalSteps: 8, constantSteps: 4 });
  expect(steps(10).map(schedule)).toEqual([2, 2, 2, 2, 2, 1.5, 1, 0.5, 0, 0]);
  expect(linearSchedule({ learningRate: 2, totalSteps: 4, finalLearningRate: 1 })(2)).toBe(1.5);
});

test('step cuts by its factor, constant does not', () => {
  const schedule = stepSchedule({ learningRate: 8, stepSize: 2, decay: 0.5 });
  expect(steps(6).map(schedule)).toEqual([8, 8, 4, 4, 2, 2]);
  expect(steps(3).map(constantSchedule(0.1))).toEqual([0.1, 0.1, 0.1]);
  expect(withWarmUp(0, constantSchedule(0.1))(0)).toBe(0.1);
});

test('impossible schedules are refused', () => {
  const refused = [
    () => constantSchedule(0),
    () => linearSchedule({ learningRate: Number.NaN, totalSteps: 4 }),
    () => linearSchedule({ learningRate: 1, totalSteps: 4, constantSteps: 4 }),
    () => cosineSchedule({ learningRate: 1, totalSteps: 0 }),
    () => stepSchedule({ learningRate: 1, stepSize: 1.5 }),
    () => withWarmUp(-1, constantSchedule(1)),
  ];
  for (const make of refused) expect(make).toThrow(expect.objectContaining({ code: 'E_CONFIG' }));
});
