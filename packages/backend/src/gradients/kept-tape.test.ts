import { afterEach, expect, test } from 'vitest';
import { describeOnBackends } from '../testing/describe-on-backends.ts';
import { tf } from '../tf.ts';
import { keepTape } from './kept-tape.ts';

const coded = (code: string) => expect.objectContaining({ code });
const bits = (tensor: tf.Tensor) => [...new Uint8Array(tensor.dataSync().slice().buffer)];

describeOnBackends('keepTape', () => {
  const variables: tf.Variable[] = [];
  const variable = (values: number[][]) => {
    const made = tf.tidy(() => tf.variable(tf.tensor2d(values)));
    variables.push(made);
    return made;
  };
  const x = () => tf.tensor2d([[0.3, -0.7]]);
  const target = () => tf.tensor2d([[0.1, 0.2]]);
  const setUp = () => ({
    w: variable([
      [0.5, -1],
      [0.25, 2],
    ]),
    v: variable([
      [1.5, 0.5],
      [-0.75, 1],
    ]),
  });
  const outer = (y: tf.Tensor, v: tf.Variable) =>
    tf
      .squaredDifference(tf.sigmoid(tf.matMul(y as tf.Tensor2D, v as unknown as tf.Tensor2D)), target())
      .mean() as tf.Scalar;
  const inner = (w: tf.Variable) => tf.tanh(tf.matMul(x(), w as unknown as tf.Tensor2D));

  afterEach(() => {
    tf.dispose(variables.splice(0));
  });

  test('going on with the tape gives the bits of one tape over everything', () => {
    const { w, v } = setUp();
    tf.tidy(() => {
      const whole = tf.variableGrads(() => outer(inner(w), v), [w]);
      const tape = keepTape(() => inner(w));
      const { value, gradients } = tape.differentiate((y) => outer(y, v), [w]);
      expect(bits(value)).toEqual(bits(whole.value));
      expect(bits(gradients[0]!)).toEqual(bits(whole.grads[w.name]!));
    });
  });

  test('back-propagating the gradient by the output gives the same bits, and another dy does not', () => {
    const { w, v } = setUp();
    tf.tidy(() => {
      const whole = tf.variableGrads(() => outer(inner(w), v), [w]).grads[w.name]!;
      const tape = keepTape(() => inner(w));
      const dy = tf.grad((y: tf.Tensor) => outer(y, v))(tape.output);
      expect(bits(tape.backpropagate(dy, [w])[0]!)).toEqual(bits(whole));
      const other = keepTape(() => inner(w));
      expect(bits(other.backpropagate(dy.mul(1.0001), [w])[0]!)).not.toEqual(bits(whole));
    });
  });

  test('weights assigned between the passes do not change what the tape saw', () => {
    const { w, v } = setUp();
    tf.tidy(() => {
      const before = tf.variableGrads(() => outer(inner(w), v), [w]).grads[w.name]!;
      const tape = keepTape(() => inner(w));
      v.assign(tf.mul(v, 1));
      w.assign(tf.zerosLike(w));
      expect(bits(tape.differentiate((y) => outer(y, v), [w]).gradients[0]!)).toEqual(bits(before));
    });
  });

  test('other gradients take the output for a constant', () => {
    const { w, v } = setUp();
    tf.tidy(() => {
      const tape = keepTape(() => inner(w));
      const { grads } = tf.variableGrads(() => outer(tape.output, v), [v]);
      expect(Object.keys(grads)).toEqual([v.name]);
      expect(() => tf.variableGrads(() => outer(tape.output, v), [w])).toThrow(/Cannot find a connection/);
      tape.dispose();
    });
  });

  test('an input that was not used has no gradient, and the output itself has dy', () => {
    const { w, v } = setUp();
    tf.tidy(() => {
      const dy = tf.tensor2d([[3, 4]]);
      const tape = keepTape(() => inner(w));
      const [unused, self] = tape.backpropagate(dy, [v, tape.output]);
      expect(unused).toBeUndefined();
      expect([...self!.dataSync()]).toEqual([3, 4]);
      expect(dy.isDisposed).toBe(false);
    });
  });

  test('nothing is left by use, by dispose, or by errors before, between and in the backward pass', () => {
    const { w, v } = setUp();
    const before = tf.memory();
    const fail = (): never => {
      throw new Error('broken');
    };
    tf.tidy(() => void keepTape(() => inner(w)).differentiate((y) => outer(y, v), [w]));
    tf.tidy(() => void keepTape(() => inner(w)).backpropagate(tf.ones([1, 2]), [w]));
    const unused = keepTape(() => inner(w));
    expect(unused.bytes).toBeGreaterThan(0);
    unused.dispose();
    unused.dispose();
    expect([unused.isDisposed, unused.bytes, unused.output.isDisposed]).toEqual([true, 0, true]);
    expect(() => keepTape(() => [inner(w), fail()][0]! as tf.Tensor)).toThrow('broken');
    expect(() =>
      keepTape(() => inner(w)).differentiate((y) => [outer(y, v), fail()][0]! as tf.Scalar, [w]),
    ).toThrow('broken');
    const broken = keepTape(() =>
      tf.customGrad((a) => ({ value: tf.square(a as tf.Tensor), gradFunc: fail }))(inner(w)),
    );
    expect(() => tf.tidy(() => void broken.backpropagate(tf.ones([1, 2]), [w]))).toThrow('broken');
    const after = tf.memory();
    expect([after.numTensors, after.numDataBuffers]).toEqual([before.numTensors, before.numDataBuffers]);
    expect(tf.engine().state.activeTape).toBeNull();
    const slope = tf.tidy(
      () =>
        tf
          .grad((a) => tf.square(a))(tf.scalar(3))
          .dataSync()[0],
    );
    expect(slope).toBe(6);
  });

  test('it is used once, outside other gradients, with a dy that fits', () => {
    const { w } = setUp();
    tf.tidy(() => {
      const tape = keepTape(() => inner(w));
      expect(() => tape.backpropagate(tf.ones([2]), [w])).toThrow(coded('E_SHAPE'));
      tape.backpropagate(tf.ones([1, 2]), [w]);
      expect(() => tape.backpropagate(tf.ones([1, 2]), [w])).toThrow(coded('E_DISPOSED'));
      const nested = () => tf.grad((a) => keepTape(() => tf.square(a)).output)(tf.scalar(1));
      expect(nested).toThrow(coded('E_GRADIENT_UNSUPPORTED'));
    });
  });
});
