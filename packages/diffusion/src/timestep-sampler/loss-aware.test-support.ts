import { type BackendName, createRandomStream, tf } from '@tintype/core-tensor';
import { describeOnBackends } from '@tintype/core-tensor/testing';
import { expect, test } from 'vitest';
import { createLossAwareTimestepSampler } from './loss-aware.ts';
import type { TimestepSampler } from './timestep-sampler.ts';

const refusal = (code: string) => expect.objectContaining({ code });
const timesteps = 5;
const historyLength = 3;
const create = () =>
  createLossAwareTimestepSampler({ timesteps }, { historyLength, uniformProbability: 0.1 });

/** Histories kept on the host in the order of the batch, and their probabilities as the paper's code has them. */
function createPlainHistory() {
  const rows = Array.from({ length: timesteps }, () => [] as number[]);
  return {
    rows,
    add: (t: number, loss: number) => {
      rows[t] = [...rows[t]!, loss].slice(-historyLength);
    },
    probabilities() {
      if (rows.some(({ length }) => length < historyLength)) return rows.map(() => 1 / timesteps);
      const sizes = rows.map((row) => Math.sqrt(row.reduce((sum, x) => sum + x * x, 0) / historyLength));
      const total = sizes.reduce((a, b) => a + b);
      return sizes.map((size) => (0.9 * size) / total + 0.1 / timesteps);
    },
  };
}

/** p(t) as the sampler's own weights say it: 1 / (T w). Timesteps that were not drawn are left out. */
async function probabilitiesOf(sampler: TimestepSampler, seed: number) {
  const { t, weights } = sampler.draw(createRandomStream(seed), 4000);
  const [drawn, factors] = [await t.data(), await weights!.data()];
  tf.dispose([t, weights!]);
  const shares = new Array<number>(timesteps).fill(0);
  const stated = new Array<number>(timesteps).fill(0);
  drawn.forEach((each, i) => {
    shares[each]! += 1 / drawn.length;
    stated[each] = 1 / (timesteps * factors[i]!);
  });
  const meanWeight = [...factors].reduce((a, b) => a + b) / factors.length;
  return { shares, stated, meanWeight };
}

function feed(sampler: TimestepSampler, pairs: readonly (readonly [number, number])[]): void {
  tf.tidy(() => {
    const t = tf.tensor1d(
      pairs.map(([each]) => each),
      'int32',
    );
    sampler.update!(t, tf.tensor1d(pairs.map(([, loss]) => loss)));
  });
}

/** The sampler against histories kept by hand, and its state, on each backend. */
export function describeLossAware(backends?: readonly BackendName[]): void {
  describeOnBackends(
    'loss-aware timesteps',
    () => {
      test('probabilities are those of the last losses of each timestep, uniform until all are full', async () => {
        const sampler = create();
        const plain = createPlainHistory();
        const host = createRandomStream(3).fork('host');
        for (let batch = 0; batch < 9; batch++) {
          // Seven of five timesteps, several of one: more than a history holds in batch 8.
          const order = host.fork(batch).permutation(35);
          const pairs = Array.from({ length: 7 }, (_, i) => {
            const t = batch === 8 ? 2 : order[i]! % timesteps;
            return [t, 0.25 * (1 + order[i]!)] as const;
          });
          feed(sampler, pairs);
          for (const [t, loss] of pairs) plain.add(t, loss);
          const { shares, stated, meanWeight } = await probabilitiesOf(sampler, batch);
          const expected = plain.probabilities();
          expect(stated, `batch ${batch}`).toBeAllClose(expected, { rtol: 1e-5 });
          for (const [t, share] of shares.entries()) {
            const p = expected[t]!;
            expect(Math.abs(share - p)).toBeLessThan(4 * Math.sqrt((p * (1 - p)) / 4000));
          }
          expect(Math.abs(meanWeight - 1)).toBeLessThan(0.15);
        }
        expect(plain.rows.every(({ length }) => length === historyLength)).toBe(true);
        sampler.dispose();
      });

      test('weighted means over its draws are those over uniform timesteps; without the weights they are not', async () => {
        const sampler = create();
        const lossAt = (t: number) => [8, 1, 0.5, 0.25, 0.125][t]!;
        for (let round = 0; round < historyLength; round++) {
          feed(
            sampler,
            [0, 1, 2, 3, 4].map((t) => [t, lossAt(t)]),
          );
        }
        const { t, weights } = sampler.draw(createRandomStream(1), 4000);
        const [drawn, factors] = [[...(await t.data())], await weights!.data()];
        const mean = (values: number[]) => values.reduce((a, b) => a + b) / values.length;
        const uniform = mean([0, 1, 2, 3, 4].map(lossAt));
        expect(Math.abs(mean(drawn.map((each, i) => lossAt(each) * factors[i]!)) - uniform)).toBeLessThan(
          0.03,
        );
        expect(mean(drawn.map(lossAt))).toBeGreaterThan(2 * uniform);
        tf.dispose([t, weights!]);
        sampler.dispose();
      });
    },
    backends ? { backends } : {},
  );
}

/** What needs no GPU of its own. */
export function describeLossAwareState(): void {
  describeOnBackends('the state of loss-aware timesteps', () => {
    test('a history that lacks a tensor, or is of another length, is refused and nothing changes', () => {
      const sampler = create();
      const saved = sampler.state!.tensors();
      const tensors = new Map([...saved].map(([name, { tensor }]) => [name, tensor.add(1)]));
      const losses = tensors.get('lossHistory')!;
      for (const wrong of [
        new Map([['lossHistory', losses]]),
        new Map([...tensors, ['more', losses]]),
        new Map([...tensors, ['lossHistory', tf.zeros([timesteps, 10])]]),
      ]) {
        expect(() => sampler.state!.restore(wrong, {})).toThrow(refusal('E_CHECKPOINT_MISMATCH'));
      }
      expect(() => sampler.state!.restore(tensors, { more: 1 })).toThrow(refusal('E_CHECKPOINT_MISMATCH'));
      expect(saved.get('lossCounts')!.tensor).toBeAllClose(new Array(timesteps).fill(0));
      sampler.state!.restore(tensors, {});
      expect(saved.get('lossCounts')!.tensor).toBeAllClose(new Array(timesteps).fill(1));
      sampler.dispose();
    });

    test('draws and updates leave nothing behind, dispose frees all, and what is freed refuses', () => {
      const before = tf.memory().numTensors;
      const sampler = create();
      for (let i = 0; i < 3; i++) {
        const { t, weights } = sampler.draw(createRandomStream(i), 4);
        sampler.update!(t, weights!);
        tf.dispose([t, weights!]);
        expect(tf.memory().numTensors - before).toBe(2);
      }
      sampler.dispose();
      expect(tf.memory().numTensors - before).toBe(0);
      expect(() => sampler.draw(createRandomStream(0), 1)).toThrow(refusal('E_DISPOSED'));
      expect(() => sampler.state!.tensors()).toThrow(refusal('E_DISPOSED'));
    });
  });

  test('impossible options are refused', () => {
    for (const options of [{ historyLength: 0 }, { historyLength: 1.5 }, { uniformProbability: 0 }]) {
      expect(() => createLossAwareTimestepSampler({ timesteps }, options)).toThrow(refusal('E_CONFIG'));
    }
  });
}
