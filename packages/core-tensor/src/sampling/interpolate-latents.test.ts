import { type BackendName, tf } from '@tintype/backend';
import { expect, test } from 'vitest';
import { describeOnBackends, expectNoLeaks, loadReference } from '../testing/index.ts';
import { interpolateLatents } from './interpolate-latents.ts';
import { slerp } from './slerp.ts';

const backends: BackendName[] = ['cpu', 'wasm', 'webgpu'];

describeOnBackends(
  'the recorded slerp',
  (backend) => {
    // WGSL's sine may be off by 2^-11.
    const rtol = backend === 'webgpu' ? 1e-3 : 1e-5;
    test('unit vectors go where NVlabs takes them, and straight where they go straight', async () => {
      const tensors = await loadReference('metrics/slerp.safetensors');
      const read = (name: string, shape: number[]) => tf.tensor(tensors.get(name)!.data, shape);
      const [a, b, share] = [read('a', [5, 1, 8]), read('b', [5, 1, 8]), read('t', [5, 1, 1])];
      const unit = (x: tf.Tensor) => x.div(x.norm(2, 2, true));
      await expect(slerp(unit(a), unit(b), share)).toBeAllClose(read('slerp', [5, 1, 8]), { rtol });
      const straight = a.add(b.sub(a).mul(share));
      await expect(straight).toBeAllClose(read('lerp', [5, 1, 8]), { rtol: 1e-5 });
      // The negative control.
      await expect(
        (async () => expect(slerp(a, b, share)).toBeAllClose(read('slerp', [5, 1, 8]), { rtol: 0.01 }))(),
      ).rejects.toThrow(/toBeAllClose/);
    });
  },
  { backends },
);

describeOnBackends('interpolateLatents', () => {
  const noise = (seed: number) => tf.randomNormal([2, 3, 3, 4], 0, 1, 'float32', seed);

  test('maps and images are one vector each', () => {
    const [from, to] = [noise(1), noise(2)];
    for (const kind of ['linear', 'spherical'] as const) {
      const path = interpolateLatents(from, to, 5, { kind });
      expect(path.shape).toEqual([10, 3, 3, 4]);
      const flat = interpolateLatents(from.reshape([2, 36]), to.reshape([2, 36]), 5, { kind });
      expect(path.reshape([10, 36])).toBeAllClose(flat, { rtol: 0, atol: 0 });
      expect(path.slice(5, 1)).toBeAllClose(from.slice(1, 1));
      expect(path.slice(9, 1)).toBeAllClose(to.slice(1, 1));
    }
  });

  test('on the sphere noise stays as long as noise is; a straight way is shorter', () => {
    const lengthAt = (kind: 'linear' | 'spherical') => {
      const path = interpolateLatents(noise(1), noise(2), 3, { kind });
      return path.reshape([6, 36]).norm(2, 1).dataSync()[1]! / 6;
    };
    expect(Math.abs(lengthAt('spherical') - 1)).toBeLessThan(0.15);
    expect(lengthAt('linear')).toBeLessThan(0.85);
  });

  test('codes without a batch, other shapes and a single step are refused, and nothing leaks', async () => {
    const [from, to] = [noise(1), noise(2)];
    const shape = expect.objectContaining({ code: 'E_SHAPE' });
    expect(() => interpolateLatents(tf.zeros([3]), tf.zeros([3]), 3)).toThrow(shape);
    expect(() => interpolateLatents(from, to.slice(0, 1), 3)).toThrow(shape);
    expect(() => interpolateLatents(from, to, 1)).toThrow(/interpolateLatents\.steps/);
    await expectNoLeaks(() => tf.dispose(interpolateLatents(from, to, 3, { kind: 'spherical' })));
  });
});
