import { tf } from '@tintype/backend';
import { describeOnBackends } from '@tintype/backend/testing';
import { expect, test } from 'vitest';
import { createParameters } from '../parameters/create-parameters.ts';
import { fixed } from '../parameters/initializers.ts';
import { createRandomStream } from '../random/create-random-stream.ts';
import { expectNoLeaks } from '../testing/expect-no-leaks.ts';
import '../testing/to-be-all-close.ts';
import { createEma, type EmaOptions } from './create-ema.ts';
import { createEmaDecay } from './ema-decay.ts';
import { defineEmaReference } from './ema-reference.test-support.ts';

function createTree(values: readonly number[] = [1, -2, 3]) {
  const created = createParameters(createRandomStream(0));
  const weight = created.scope.create('weight', [values.length], { initializer: fixed(values) });
  const running = created.scope.create('running', [1], { initializer: fixed([7]), isTrainable: false });
  return { ...created, weight, running };
}

const coded = (code: string) => expect.objectContaining({ code });
const averageOf = (ema: ReturnType<typeof createEma>, name = 'weight') =>
  ema.state.tensors().get(name)!.tensor;

function set(variable: tf.Variable, values: readonly number[]): void {
  tf.tidy(() => variable.assign(tf.tensor(values as number[], variable.shape)));
}

describeOnBackends('createEma', () => {
  defineEmaReference();

  test('without warm-up it is the plain recursion after a first copy; buffers are copied', () => {
    const { parameters, weight, running, dispose } = createTree([0]);
    const ema = createEma(parameters, { emaDecay: 0.75, warmUp: 'none' });
    ema.update();
    for (const value of [4, 8]) {
      set(weight, [value]);
      set(running, [value]);
      ema.update();
    }
    expect(averageOf(ema)).toBeAllClose([0.75 * (0.25 * 4) + 0.25 * 8]);
    expect(averageOf(ema, 'running').dataSync()[0]).toBe(8);
    ema.dispose();
    dispose();
  });

  test('swap exchanges bits and puts them back', () => {
    const { parameters, weight, dispose } = createTree([0.1, Number.NaN, -0]);
    const ema = createEma(parameters, { emaDecay: 0.5, warmUp: 'none' });
    const bits = (tensor: tf.Tensor) => [...new Uint32Array(tensor.dataSync().slice().buffer)];
    ema.update();
    set(weight, [0.3, 1, -1]);
    ema.update();
    const [own, averaged] = [bits(weight), bits(averageOf(ema))];
    expect(own).not.toEqual(averaged);
    const object = parameters.get('weight')!.variable;
    ema.swap();
    expect(bits(weight)).toEqual(averaged);
    expect(() => ema.update()).toThrow(coded('E_BUSY'));
    expect(() => ema.state.tensors()).toThrow(coded('E_BUSY'));
    ema.swap();
    expect(bits(weight)).toEqual(own);
    expect(bits(averageOf(ema))).toEqual(averaged);
    expect(parameters.get('weight')!.variable).toBe(object);
    ema.dispose();
    dispose();
  });

  test('a name that joins later starts its own warm-up', () => {
    const { scope, parameters, weight, dispose } = createTree([1]);
    const ema = createEma(parameters, { emaDecay: 0.9, warmUp: 'none' });
    ema.update();
    ema.update();
    const late = scope.create('late', [1], { initializer: fixed([5]) });
    ema.swap();
    ema.swap();
    set(late, [6]);
    set(weight, [2]);
    ema.update();
    expect(averageOf(ema, 'late').dataSync()[0]).toBe(6);
    expect(averageOf(ema)).toBeAllClose([1.1]);
    expect(ema.state.values()).toEqual({ updates: 3, steps: { weight: 3, running: 3, late: 1 } });
    ema.dispose();
    dispose();
  });

  test('goes on bit for bit from a saved state, which must be whole', () => {
    const { parameters, weight, dispose } = createTree();
    const [ema, other] = [
      createEma(parameters, { emaDecay: 0.99 }),
      createEma(parameters, { emaDecay: 0.99 }),
    ];
    ema.update();
    set(weight, [4, 5, 6]);
    ema.update();
    const saved = new Map([...ema.state.tensors()].map(([name, { tensor }]) => [name, tensor.clone()]));
    const values = JSON.parse(JSON.stringify(ema.state.values()));
    other.state.restore(saved, values);
    set(weight, [0.1, 0.2, 0.3]);
    ema.update();
    other.update();
    expect(averageOf(other).dataSync()).toEqual(averageOf(ema).dataSync());
    for (const name of saved.keys()) {
      const incomplete = new Map(saved);
      incomplete.delete(name);
      expect(() => other.state.restore(incomplete, values)).toThrow(coded('E_CHECKPOINT_MISMATCH'));
    }
    expect(() => other.state.restore(saved, { updates: 2, steps: {} })).toThrow(
      coded('E_CHECKPOINT_MISMATCH'),
    );
    tf.dispose([...saved.values()]);
    for (const owner of [ema, other]) owner.dispose();
    dispose();
  });

  test('leaks nothing, frees all, and says when it was freed', async () => {
    const { parameters, dispose } = createTree();
    const before = tf.memory().numTensors;
    const ema = createEma(parameters, { emaDecay: 0.99 });
    ema.update(); // a copy, which shares its buffer with the parameter until the average moves
    await expectNoLeaks(() => {
      ema.update();
      ema.swap();
      ema.swap();
    });
    ema.dispose();
    ema.dispose();
    expect(tf.memory().numTensors).toBe(before);
    for (const use of [() => ema.update(), () => ema.swap(), () => ema.state.tensors()]) {
      expect(use).toThrow(coded('E_DISPOSED'));
    }
    dispose();
  });
});

test('decays outside [0, 1) and other impossible options are refused', () => {
  const refused: Partial<EmaOptions>[] = [
    { emaDecay: 1 },
    { emaDecay: -0.1 },
    { emaDecay: Number.NaN },
    { minDecay: 1 },
    { updateAfterStep: 0.5 },
    { warmUp: { power: 0 } },
    { warmUp: 'linear' as never },
  ];
  for (const wrong of refused) {
    expect(() => createEmaDecay({ emaDecay: 0.9, ...wrong })).toThrow(coded('E_CONFIG'));
  }
});
