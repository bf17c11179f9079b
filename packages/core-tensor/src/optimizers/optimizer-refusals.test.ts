import { tf } from '@tintype/backend';
import { describeOnBackends } from '@tintype/backend/testing';
import { expect, test } from 'vitest';
import { fixed } from '../parameters/initializers.ts';
import type { ParameterTree } from '../parameters/parameter-tree.ts';
import { createAdam, createAdamW } from './adam.ts';
import { coded, createTree, learningRate, start, step } from './optimizer-steps.test-support.ts';
import { createRmsprop } from './rmsprop.ts';
import { createSgd } from './sgd.ts';

describeOnBackends(
  'what optimisers refuse',
  () => {
    const never = Number.NaN;
    test.each([
      ['learningRate 0', (p: ParameterTree) => createAdam(p, { learningRate: 0 })],
      ['learningRate −1', (p: ParameterTree) => createSgd(p, { learningRate: -1 })],
      ['learningRate NaN', (p: ParameterTree) => createRmsprop(p, { learningRate: never })],
      ['learningRate ∞', (p: ParameterTree) => createAdamW(p, { learningRate: Number.POSITIVE_INFINITY })],
      ['adamBeta1 1', (p: ParameterTree) => createAdam(p, { learningRate, adamBeta1: 1 })],
      ['adamBeta1 −0.1', (p: ParameterTree) => createAdam(p, { learningRate, adamBeta1: -0.1 })],
      ['adamBeta2 NaN', (p: ParameterTree) => createAdam(p, { learningRate, adamBeta2: never })],
      ['epsilon 0', (p: ParameterTree) => createAdam(p, { learningRate, epsilon: 0 })],
      ['weightDecay −1', (p: ParameterTree) => createAdamW(p, { learningRate, weightDecay: -1 })],
      ['momentum 1', (p: ParameterTree) => createSgd(p, { learningRate, momentum: 1 })],
      ['nesterov alone', (p: ParameterTree) => createSgd(p, { learningRate, nesterov: true })],
      ['squareDecay 1', (p: ParameterTree) => createRmsprop(p, { learningRate, squareDecay: 1 })],
    ])('%s', (_, create) => {
      const { parameters, dispose } = createTree();
      expect(() => create(parameters)).toThrow(coded('E_CONFIG'));
      dispose();
    });

    test('gradients of unknown, untrainable or differently shaped parameters, and rates that are no numbers', () => {
      const { scope, parameters, variable, dispose } = createTree();
      scope.create('running', [5], { initializer: fixed(start), isTrainable: false });
      const optimizer = createAdam(parameters, { learningRate });
      expect(() => step(optimizer, start, 'unknown')).toThrow(coded('E_CONFIG'));
      expect(() => step(optimizer, start, 'running')).toThrow(coded('E_CONFIG'));
      tf.tidy(() => {
        const both = { 'layer.weight': tf.tensor1d(start), running: tf.tensor1d(start) };
        expect(() => optimizer.step(both)).toThrow(coded('E_CONFIG'));
      });
      expect(() => step(optimizer, [1])).toThrow(coded('E_SHAPE'));
      const lost = createAdam(parameters, { learningRate: () => never });
      expect(() => step(lost, start)).toThrow(coded('E_CONFIG'));
      expect([...variable.dataSync()]).toEqual(start.map(Math.fround));
      for (const owner of [optimizer, lost]) owner.dispose();
      dispose();
    });

    test('saved states that do not fit', () => {
      const { parameters, dispose } = createTree();
      const optimizer = createSgd(parameters, { learningRate, momentum: 0.9 });
      const key = 'layer.weight/momentum_buffer';
      const good = { updates: 1, steps: { 'layer.weight': 1 } };
      const tensor = tf.tensor1d(start);
      const wrong = tf.tensor1d([1]);
      const cases: [Map<string, tf.Tensor>, object][] = [
        [new Map(), good],
        [new Map([[key, wrong]]), good],
        [
          new Map([
            [key, tensor],
            ['other/momentum_buffer', tensor],
          ]),
          good,
        ],
        [new Map([[key, tensor]]), { updates: 1, steps: {} }],
        [new Map([[key, tensor]]), { steps: good.steps }],
        [new Map([[key, tensor]]), { updates: 1 }],
        [new Map([[key, tensor]]), { ...good, extra: 1 }],
        [new Map([[key, tensor]]), { updates: 1.5, steps: good.steps }],
        [new Map([[key, tensor]]), { updates: 1, steps: { 'layer.weight': -1 } }],
        [new Map([[key, tensor]]), { updates: 1, steps: { 'layer.weight': 1, other: 1 } }],
      ];
      for (const [tensors, values] of cases) {
        expect(() => optimizer.state.restore(tensors, values as never)).toThrow(
          coded('E_CHECKPOINT_MISMATCH'),
        );
      }
      expect(optimizer.state.values()).toEqual({ updates: 0, steps: {} });
      optimizer.state.restore(new Map([[key, tensor]]), good);
      expect(optimizer.state.values()).toEqual(good);
      tf.dispose([tensor, wrong]);
      optimizer.dispose();
      dispose();
    });
  },
  { backends: ['cpu'] },
);
