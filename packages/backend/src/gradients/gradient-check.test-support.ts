import { tf } from '../tf.ts';

// Finite differences for the cases of fixtures/reference/gradients/cases.json; its description is the procedure.

export interface GradientCase {
  name: string;
  /** Source of a function of the inputs; `tf` is in scope. */
  function: string;
  inputs: { shape: number[]; values: 'normal' | 'pos' | 'kink' | 'uniq' }[];
  firstOrder: Requirement;
  secondOrder: Requirement;
  stock: Record<string, [string, string]>;
}
type Requirement = 'required' | 'right-or-refuse';

export interface OrderResult {
  order: 1 | 2;
  analytic: number;
  numeric: number;
  isRight: boolean;
}

type Operation = (...inputs: tf.Tensor[]) => tf.Tensor;

const step = 5e-3;

function compileCase(gradientCase: GradientCase): Operation {
  return new Function('tf', `return (${gradientCase.function});`)(tf) as Operation;
}

/**
 * Compares one order of derivative with central differences along two directions; one alone may miss an error by
 * chance. Returns the first that is wrong, else the last. Reads asynchronously, so it suits WebGPU, and once: each read
 * waits for the device.
 */
export async function checkOrder(gradientCase: GradientCase, order: 1 | 2): Promise<OrderResult> {
  const { inputs, loss, dispose } = prepare(gradientCase, order);
  const scalarOf = (values: tf.Tensor[]) =>
    order === 1 ? loss(values) : directionalDerivative(loss, values);
  try {
    const scalars = tf.tidy(() =>
      tf.stack([5, 23].flatMap((seed) => compareAlong(unitDirection(inputs, seed), scalarOf, inputs))),
    );
    const values = await scalars.data();
    scalars.dispose();
    const results = [0, 3].map((at) => judge(order, values.subarray(at, at + 3)));
    return results.find(({ isRight }) => !isRight) ?? results[1]!;
  } finally {
    dispose();
  }
}

/** The derivative along a direction, and the function a step ahead and a step behind. */
function compareAlong(
  tangents: tf.Tensor[],
  scalarOf: (values: tf.Tensor[]) => tf.Scalar,
  inputs: tf.Tensor[],
): tf.Scalar[] {
  const gradients = tf.grads((...values: tf.Tensor[]) => scalarOf(values))(inputs);
  const at = (sign: number) => scalarOf(inputs.map((input, i) => input.add(tangents[i]!.mul(sign * step))));
  return [dotAll(gradients, tangents), at(1), at(-1)];
}

function judge(order: 1 | 2, [analytic, ahead, behind]: ArrayLike<number> & Iterable<number>): OrderResult {
  const numeric = (ahead! - behind!) / (2 * step);
  const tolerance = (order === 1 ? 0.02 : 0.03) * (Math.abs(numeric) + 0.05);
  return { order, analytic: analytic!, numeric, isRight: Math.abs(analytic! - numeric) <= tolerance };
}

function prepare(gradientCase: GradientCase, order: 1 | 2) {
  const compiled = compileCase(gradientCase);
  const random = seededNormal(gradientCase.name.length * 131 + order * 7 + 1);
  const inputs = gradientCase.inputs.map(({ shape, values }) => makeInput(shape, values, random));
  const output = tf.tidy(() => compiled(...inputs));
  const weights = [0, 1].map(() => tf.tensor(draw(output.size, random), output.shape));
  output.dispose();
  /** L = Σ (½ r y² + r₂ y) */
  const loss = (values: tf.Tensor[]): tf.Scalar => {
    const y = compiled(...values);
    return tf.sum(tf.add(tf.mul(tf.mul(weights[0]!, tf.square(y)), 0.5), tf.mul(weights[1]!, y)));
  };
  return { inputs, loss, dispose: () => tf.dispose([inputs, weights]) };
}

/** H = Σ u · ∇L for a fixed direction u. */
function directionalDerivative(loss: (values: tf.Tensor[]) => tf.Scalar, values: tf.Tensor[]): tf.Scalar {
  const direction = unitDirection(values, 11);
  const gradients = tf.grads((...at: tf.Tensor[]) => loss(at))(values);
  return dotAll(gradients, direction);
}

function dotAll(a: tf.Tensor[], b: tf.Tensor[]): tf.Scalar {
  return a
    .map((tensor, i) => tf.sum(tf.mul(tensor, b[i]!)))
    .reduce((sum, part) => tf.add(sum, part)) as tf.Scalar;
}

function unitDirection(like: tf.Tensor[], seed: number): tf.Tensor[] {
  const random = seededNormal(seed);
  const parts = like.map(({ size }) => draw(size, random));
  const norm = Math.sqrt(parts.flat().reduce((sum, value) => sum + value * value, 0));
  return parts.map((part, i) =>
    tf.tensor(
      part.map((value) => value / norm),
      like[i]!.shape,
    ),
  );
}

function makeInput(shape: number[], kind: GradientCase['inputs'][number]['values'], random: () => number) {
  const size = tf.util.sizeFromShape(shape);
  const values = draw(size, random).map((value) => value * 0.7);
  if (kind === 'pos')
    return tf.tensor(
      values.map((value) => 0.5 + Math.abs(value)),
      shape,
    );
  if (kind === 'kink') return tf.tensor(values.map(awayFromKinks), shape);
  if (kind === 'uniq') return tf.tensor(distinctValues(size, values), shape);
  return tf.tensor(values, shape);
}

/** The kinks of the cases are 0 and ±0.5 (the bounds of clipByValue). */
function awayFromKinks(value: number): number {
  const distance = 0.15;
  const kinks = [-0.5, 0, 0.5];
  const near = kinks.find((kink) => Math.abs(value - kink) < distance);
  if (near === undefined) return value;
  return near + (value < near ? -distance : distance);
}

/** A random order of evenly spaced values, further apart than the step of the difference moves them. */
function distinctValues(size: number, keys: number[]): number[] {
  const ranks = keys.map((key, i) => ({ key, i })).sort((a, b) => a.key - b.key);
  const values = new Array<number>(size);
  ranks.forEach(({ i }, rank) => {
    values[i] = (rank - size / 2) * 0.05 + 0.013;
  });
  return values;
}

function draw(count: number, random: () => number): number[] {
  return Array.from({ length: count }, () => random());
}

/** Standard normals from a small linear congruential generator: the check needs spread, not quality. */
function seededNormal(seed: number): () => number {
  let state = (seed * 2_654_435_761) >>> 0;
  const uniform = () => {
    state = (Math.imul(state, 1_664_525) + 1_013_904_223) >>> 0;
    return (state + 0.5) / 2 ** 32;
  };
  return () => Math.sqrt(-2 * Math.log(uniform())) * Math.cos(2 * Math.PI * uniform());
}
