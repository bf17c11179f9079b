import { closeBackend, tf } from '@tintype/backend';
import { describeOnBackends } from '@tintype/backend/testing';
import { expect, test } from 'vitest';
import { createRandomStream } from '../random/create-random-stream.ts';
import { createParameters, type ParameterOptions } from './create-parameters.ts';
import { constant, fixed, normal, zeros } from './initializers.ts';
import { selectParameters } from './select-parameters.ts';

const coded = (code: string) => expect.objectContaining({ code });
const plain: ParameterOptions = { initializer: normal() };

test('creating a tree before a backend is selected is refused', async () => {
  await closeBackend();
  expect(() => createParameters(createRandomStream(0))).toThrow(coded('E_NO_BACKEND'));
});

describeOnBackends('createParameters', () => {
  test('names entries by their path and keeps the order of creation', () => {
    const { scope, parameters, dispose } = createParameters(createRandomStream(0));
    scope
      .child('generator')
      .child('blocks.0')
      .create('weight', [2, 3], { ...plain, layout: 'linear' });
    scope.create('count', [], { initializer: zeros(), isTrainable: false });
    expect([...parameters.keys()]).toEqual(['generator.blocks.0.weight', 'count']);
    expect(parameters.get('generator.blocks.0.weight')).toMatchObject({
      isTrainable: true,
      layout: 'linear',
    });
    expect(parameters.get('count')).toMatchObject({ isTrainable: false, layout: 'plain' });
    expect(parameters.get('count')!.variable.trainable).toBe(false);
    dispose();
  });

  test('numbers depend on seed and full name, not on the order of creation', () => {
    const valuesOf = (seed: number, names: readonly string[]) => {
      const { scope, parameters, dispose } = createParameters(createRandomStream(seed));
      for (const name of names) scope.create(name, [4], plain);
      const values = new Map([...parameters].map(([name, { variable }]) => [name, [...variable.dataSync()]]));
      dispose();
      return values;
    };
    const [forward, backward] = [valuesOf(1, ['a', 'b']), valuesOf(1, ['b', 'a'])];
    expect(forward.get('a')).toEqual(backward.get('a'));
    expect(forward.get('b')).toEqual(backward.get('b'));
    expect(forward.get('a')).not.toEqual(forward.get('b'));
    expect(forward.get('a')).not.toEqual(valuesOf(2, ['a']).get('a'));
  });

  test('a name twice, a malformed name, an impossible shape and a wrong layout are refused, and nothing leaks', () => {
    const before = tf.memory().numTensors;
    const { scope, parameters, dispose } = createParameters(createRandomStream(0));
    scope.create('weight', [2], plain);
    expect(() => scope.create('weight', [2], plain)).toThrow(coded('E_CONFIG'));
    for (const name of ['', '.', 'a.', '.a', 'a..b', 'a b', 'a/b']) {
      expect(() => scope.create(name, [2], plain), name).toThrow(coded('E_CONFIG'));
      expect(() => scope.child(name), name).toThrow(coded('E_CONFIG'));
    }
    for (const shape of [[0], [-1], [1.5], [Number.NaN]]) {
      expect(() => scope.create('x', shape, plain)).toThrow(coded('E_SHAPE'));
    }
    expect(() => scope.create('x', [2, 3], { ...plain, layout: 'conv' })).toThrow(coded('E_SHAPE'));
    expect(() => scope.create('x', [6, 3], { ...plain, layout: 'linearFromChw' })).toThrow(coded('E_SHAPE'));
    expect(() => scope.create('x', [6, 3], { ...plain, layout: 'linear', chwShape: [1, 2, 3] })).toThrow(
      coded('E_SHAPE'),
    );
    expect(() => scope.create('x', [3], { initializer: () => tf.zeros([4]) })).toThrow(coded('E_SHAPE'));
    expect(() => scope.create('x', [3], { initializer: fixed([1, 2]) })).toThrow(coded('E_SHAPE'));
    expect([...parameters.keys()]).toEqual(['weight']);
    dispose();
    expect(tf.memory().numTensors).toBe(before);
  });

  test('dispose frees everything, may be repeated, and later use says so', () => {
    const before = tf.memory();
    const { scope, parameters, dispose } = createParameters(createRandomStream(0));
    scope.create('a.weight', [2], plain);
    const view = selectParameters(parameters, 'a');
    expect(tf.memory().numTensors).toBe(before.numTensors + 1);
    dispose();
    dispose();
    expect(tf.memory()).toMatchObject({
      numTensors: before.numTensors,
      numDataBuffers: before.numDataBuffers,
    });
    const uses = [
      () => parameters.size,
      () => parameters.get('a.weight'),
      () => parameters.has('a.weight'),
      () => [...parameters],
      () => [...view.keys()],
      () => view.size,
      () => scope.create('b', [2], plain),
    ];
    for (const use of uses) expect(use).toThrow(coded('E_DISPOSED'));
  });

  test('variables survive the tidy they were made in', () => {
    const { scope, parameters, dispose } = createParameters(createRandomStream(0));
    tf.tidy(() => {
      scope.create('weight', [2], { initializer: constant(3) });
    });
    expect([...parameters.get('weight')!.variable.dataSync()]).toEqual([3, 3]);
    dispose();
  });
});

describeOnBackends(
  'selectParameters',
  () => {
    test('shows what lies below a path, live, under whole names', () => {
      const { scope, parameters, dispose } = createParameters(createRandomStream(0));
      scope.create('generator.a', [1], plain);
      scope.create('generatorAToB.a', [1], plain);
      const view = selectParameters(parameters, 'generator');
      expect([...view.keys()]).toEqual(['generator.a']);
      expect(view.size).toBe(1);
      expect(view.has('generatorAToB.a')).toBe(false);
      expect(view.get('generatorAToB.a')).toBeUndefined();
      scope.create('generator.b', [1], plain);
      expect([...view].map(([name]) => name)).toEqual(['generator.a', 'generator.b']);
      const seen: string[] = [];
      for (const [name] of view.entries()) seen.push(name);
      view.forEach((entry, name) => {
        expect(entry).toBe(parameters.get(name));
        seen.push(name);
      });
      expect(seen).toEqual(['generator.a', 'generator.b', 'generator.a', 'generator.b']);
      expect([...selectParameters(parameters, 'generator.').keys()]).toEqual(seen.slice(0, 2));
      dispose();
    });
  },
  { backends: ['cpu'] },
);
