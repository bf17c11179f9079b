import { createRandomStream, type RandomStream, tf } from '@tintype/core-tensor';
import { describeOnBackends, loadReference } from '@tintype/core-tensor/testing';
import { expect, test } from 'vitest';
import { gradientPenalty } from './gradient-penalty.ts';
import type { Critic } from './input-gradient.ts';
import { r1Penalty } from './r1-penalty.ts';

const reference = await loadReference('losses/penalties.safetensors');
const weightNames = ['w1', 'b1', 'w2', 'b2', 'w3', 'b3'] as const;
type Weights = Readonly<Record<(typeof weightNames)[number], tf.Tensor>>;

describeOnBackends('penalties on input gradients', () => {
  const slope = [3, -4];
  const linear: Critic = (points) => tf.matMul(points as tf.Tensor2D, tf.tensor2d(slope, [2, 1]));
  const points = () => tf.tensor2d([1, 2, -3, 4, 0, 0], [3, 2]);

  test('a linear critic a·x pays γ/2 ‖a‖², wherever it stands', () => {
    expect(r1Penalty(linear, points(), 10)).toBeAllClose(125);
    expect(r1Penalty(linear, points(), 0)).toBeAllClose(0);
  });

  test('a linear critic a·x pays λ (‖a‖ − 1)²', () => {
    const rng = createRandomStream(1);
    expect(gradientPenalty(linear, points(), points(), rng)).toBeAllClose(160);
    expect(
      gradientPenalty(linear, points(), points(), rng, { gradientPenaltyWeight: 1, target: 5 }),
    ).toBeAllClose(0, { atol: 1e-5 });
  });

  test('a constant critic pays λ and has a finite gradient', () => {
    const weight = tf.variable(tf.zeros([2, 1]));
    const penalty = () =>
      gradientPenalty(
        (x) => tf.matMul(x as tf.Tensor2D, weight as unknown as tf.Tensor2D),
        points(),
        points(),
        createRandomStream(1),
      );
    const { value, grads } = tf.variableGrads(penalty, [weight]);
    expect(value).toBeAllClose(10);
    expect([...Object.values(grads)[0]!.dataSync()].every(Number.isFinite)).toBe(true);
    weight.dispose();
  });

  test('each sample has its own place between real and fake', () => {
    const seen: number[] = [];
    const critic: Critic = (x) => {
      seen.push(...x.dataSync());
      return x.sum(1);
    };
    gradientPenalty(critic, tf.ones([50, 1]), tf.zeros([50, 1]), createRandomStream(1));
    expect(new Set(seen).size).toBeGreaterThan(45);
    expect(Math.min(...seen)).toBeGreaterThanOrEqual(0);
    expect(Math.max(...seen)).toBeLessThan(1);
  });

  test('images of another shape are refused', () => {
    expect(() => gradientPenalty(linear, points(), tf.zeros([2, 2]), createRandomStream(1))).toThrow(
      expect.objectContaining({ code: 'E_SHAPE' }),
    );
  });

  test('the R1 penalty and its gradients by the weights equal the reference', () => {
    expectReference('r1_stylegan2_gamma10', (critic) => r1Penalty(critic, image('real'), 10));
    expectReference('r1_studiogan', (critic) => r1Penalty(critic, image('real'), 1));
  });

  test('the gradient penalty and its gradients by the weights equal the reference', () => {
    for (const [row, gradientPenaltyWeight] of [
      ['gp_junyanz_mixed', 10],
      ['gp_studiogan', 1],
    ] as const) {
      const alpha = read(`tanh.${row}.random0`).reshape([-1, 1, 1, 1]);
      expectReference(row, (critic) =>
        gradientPenalty(critic, image('real'), image('fake'), fixedUniform(alpha), { gradientPenaltyWeight }),
      );
    }
    const atReal = fixedUniform(tf.ones([3, 1, 1, 1]));
    expectReference('gp_junyanz_real', (critic) =>
      gradientPenalty(critic, image('real'), image('fake'), atReal, {
        gradientPenaltyWeight: 1,
        target: 750,
      }),
    );
  });
});

/** Values to 1e-5, second-order gradients to 1e-3 of the largest entry, as fixtures/reference/README.md states. */
function expectReference(row: string, penalty: (critic: Critic) => tf.Scalar): void {
  const layouts: Readonly<Record<string, number[]>> = { w1: [2, 3, 1, 0], w2: [2, 3, 1, 0], w3: [1, 0] };
  const toMemory = (name: string, value: tf.Tensor) =>
    layouts[name] ? value.transpose(layouts[name]) : value;
  const weights = Object.fromEntries(
    weightNames.map((name) => [name, tf.variable(toMemory(name, read(`D.${name}`)))]),
  ) as Record<(typeof weightNames)[number], tf.Variable>;
  const { value, grads } = tf.variableGrads(() => penalty(convCritic(weights)), Object.values(weights));
  expect(value).toBeAllClose(read(`tanh.${row}.value`), { rtol: 2e-5 });
  for (const name of weightNames.slice(0, 5)) {
    const expected = toMemory(name, read(`tanh.${row}.grad_D.${name}`));
    expect(grads[weights[name].name]!, name).toBeAllClose(expected, { rtol: 1e-3 });
  }
  tf.dispose(Object.values(weights));
}

/** The critic of fixtures/reference/losses/penalties.json on channels-last images. */
function convCritic({ w1, b1, w2, b2, w3, b3 }: Weights): Critic {
  return (images) => {
    const half = tf
      .conv2d(images as tf.Tensor4D, w1 as tf.Tensor4D, 2, 1)
      .add(b1)
      .tanh();
    const quarter = tf
      .conv2d(half as tf.Tensor4D, w2 as tf.Tensor4D, 2, 1)
      .add(b2)
      .tanh();
    const flat = quarter.transpose([0, 3, 1, 2]).reshape<tf.Tensor2D>([quarter.shape[0]!, -1]);
    return tf.matMul(flat, w3 as tf.Tensor2D).add(b3);
  };
}

function image(name: string): tf.Tensor {
  return read(name).transpose([0, 2, 3, 1]);
}

function read(name: string): tf.Tensor {
  const { data, shape } = reference.get(name)!;
  return tf.tensor(Float32Array.from(data), [...shape]);
}

/** A stream whose next uniform numbers are given. */
function fixedUniform(values: tf.Tensor): RandomStream {
  return { ...createRandomStream(0), uniform: (() => values.clone()) as RandomStream['uniform'] };
}
