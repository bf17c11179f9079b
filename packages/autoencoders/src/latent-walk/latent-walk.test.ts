import { interpolateLatents, tf } from '@tintype/core-tensor';
import { describeOnBackends, expectNoLeaks } from '@tintype/core-tensor/testing';
import { expect, test } from 'vitest';
import { latentGrid } from './latent-grid.ts';
import { walkLatent } from './walk-latent.ts';

const rows = (values: number[][]) => tf.tensor2d(values);

describeOnBackends('latent walks', () => {
  test('a straight way has even steps and both ends, one pair after the other', () => {
    const path = interpolateLatents(
      rows([
        [0, 0],
        [1, 1],
      ]),
      rows([
        [2, 4],
        [1, -1],
      ]),
      3,
    );
    expect(path).toBeAllClose(
      rows([
        [0, 0],
        [1, 2],
        [2, 4],
        [1, 1],
        [1, 0],
        [1, -1],
      ]),
    );
  });

  test('on the sphere the angle and the length change evenly, where a straight way cuts through', () => {
    const [from, to] = [rows([[2, 0, 0]]), rows([[0, 4, 0]])];
    const path = interpolateLatents(from, to, 4, { kind: 'spherical' }).arraySync();
    path.forEach(([x, y, z], i) => {
      expect(Math.hypot(x!, y!)).toBeCloseTo(2 + (2 * i) / 3, 5);
      expect(Math.atan2(y!, x!)).toBeCloseTo((Math.PI / 2) * (i / 3), 5);
      expect(z).toBe(0);
    });
    const [, straight] = interpolateLatents(from, to, 3).arraySync();
    expect(Math.hypot(...straight!)).toBeLessThan(2.5); // half way on the sphere: 3
  });

  test('ends that point the same or the opposite way, or are 0, are joined by a straight way without NaN', () => {
    const from = rows([
      [1, 1],
      [1, 2],
      [0, 0],
      [1, 2],
    ]);
    const to = rows([
      [2, 2],
      [-1, -2],
      [3, 0],
      [1, 2],
    ]);
    const path = interpolateLatents(from, to, 5, { kind: 'spherical' });
    expect(path).toBeAllClose(interpolateLatents(from, to, 5), { atol: 1e-4 });
  });

  test('a grid goes from left to right and from the top down', () => {
    expect(latentGrid(3, 2)).toBeAllClose(
      rows([
        [-2, 2],
        [0, 2],
        [2, 2],
        [-2, 0],
        [0, 0],
        [2, 0],
        [-2, -2],
        [0, -2],
        [2, -2],
      ]),
    );
  });

  test('a walk changes one number of each code and no other', () => {
    const walk = walkLatent(
      rows([
        [1, 2, 3],
        [4, 5, 6],
      ]),
      1,
      [-1, 0.5],
    );
    expect(walk).toBeAllClose(
      rows([
        [1, -1, 3],
        [1, 0.5, 3],
        [4, -1, 6],
        [4, 0.5, 6],
      ]),
    );
  });

  test('impossible numbers are refused by name', () => {
    const codes = rows([[1, 2]]);
    expect(() => interpolateLatents(codes, codes, 1)).toThrow(/interpolateLatents\.steps/);
    expect(() => interpolateLatents(codes, rows([[1, 2, 3]]), 3)).toThrow(
      expect.objectContaining({ code: 'E_SHAPE' }),
    );
    expect(() => interpolateLatents(codes, codes, 3, { kind: 'round' as 'linear' })).toThrow(/kind/);
    expect(() => latentGrid(1, 2)).toThrow(/latentGrid\.side/);
    expect(() => latentGrid(3, 0)).toThrow(/latentGrid\.extent/);
    expect(() => walkLatent(codes, 2, [0])).toThrow(/walkLatent\.dimension/);
    expect(() => walkLatent(codes, 0, [])).toThrow(/walkLatent\.values/);
  });

  test('nothing is left behind', async () => {
    const codes = rows([[1, 2]]);
    await expectNoLeaks(() =>
      tf.dispose([
        interpolateLatents(codes, codes, 3, { kind: 'spherical' }),
        latentGrid(2, 1),
        walkLatent(codes, 0, [0]),
      ]),
    );
  });
});
