import { tf } from '@tintype/backend';
import { describeOnBackends } from '@tintype/backend/testing';
import { describe, expect, test } from 'vitest';
import { fixed } from '../parameters/initializers.ts';
import type { ParameterTree } from '../parameters/parameter-tree.ts';
import { expectNoLeaks } from '../testing/expect-no-leaks.ts';
import { loadReference } from '../testing/load-reference.ts';
import { assertAllClose } from '../testing/to-be-all-close.ts';
import { createAdam, createAdamW } from './adam.ts';
import type { Optimizer } from './optimizer.ts';
import { coded, createTree, gradients, learningRate, start, step } from './optimizer-steps.test-support.ts';
import { createRmsprop } from './rmsprop.ts';
import { createSgd } from './sgd.ts';

interface RecordedOptimizer {
  optimiser: string;
  kwargs: { lr: number; betas?: [number, number]; weight_decay?: number };
  parameter: number[];
  gradients: number[][];
  after: number[][];
}

/** One parameter's float64 update, as the textbook states it; keeps what it must between calls. */
type HostRule = () => (theta: number, gradient: number, step: number) => number;
type Create = (parameters: ParameterTree, overrides?: object) => Optimizer;

const rules: Record<string, { create: Create; host: HostRule }> = {
  adam: {
    create: (p, o) => createAdam(p, { learningRate, adamBeta1: 0.5, adamBeta2: 0.99, ...o }),
    host: () => hostAdam(0.5, 0.99, 0),
  },
  adamW: {
    create: (p, o) => createAdamW(p, { learningRate, weightDecay: 0.1, ...o }),
    host: () => hostAdam(0.9, 0.999, 0.1),
  },
  'adam without momentum': {
    create: (p, o) => createAdam(p, { learningRate, adamBeta1: 0, adamBeta2: 0.99, ...o }),
    host: () => hostAdam(0, 0.99, 0),
  },
  sgd: {
    create: (p, o) => createSgd(p, { learningRate, weightDecay: 0.01, ...o }),
    host: () => (theta, g) => theta - learningRate * (g + 0.01 * theta),
  },
  'sgd with momentum': {
    create: (p, o) => createSgd(p, { learningRate, momentum: 0.9, ...o }),
    host: () => {
      let buffer = 0;
      return (theta, g) => {
        buffer = 0.9 * buffer + g;
        return theta - learningRate * buffer;
      };
    },
  },
  'sgd with nesterov': {
    create: (p, o) => createSgd(p, { learningRate, momentum: 0.9, nesterov: true, ...o }),
    host: () => {
      let buffer = 0;
      return (theta, g) => {
        buffer = 0.9 * buffer + g;
        return theta - learningRate * (g + 0.9 * buffer);
      };
    },
  },
  rmsprop: {
    create: (p, o) => createRmsprop(p, { learningRate, squareDecay: 0.9, ...o }),
    host: () => hostRmsprop(0, false),
  },
  'rmsprop, centred, with momentum': {
    create: (p, o) =>
      createRmsprop(p, { learningRate, squareDecay: 0.9, momentum: 0.8, centered: true, ...o }),
    host: () => hostRmsprop(0.8, true),
  },
};

function hostAdam(beta1: number, beta2: number, decay: number): ReturnType<HostRule> {
  let [m, v] = [0, 0];
  return (theta, g, step) => {
    m = beta1 * m + (1 - beta1) * g;
    v = beta2 * v + (1 - beta2) * g * g;
    const [mHat, vHat] = [m / (1 - beta1 ** step), v / (1 - beta2 ** step)];
    return theta * (1 - learningRate * decay) - (learningRate * mHat) / (Math.sqrt(vHat) + 1e-8);
  };
}

function hostRmsprop(momentum: number, centered: boolean): ReturnType<HostRule> {
  let [square, mean, buffer] = [0, 0, 0];
  return (theta, g) => {
    square = 0.9 * square + 0.1 * g * g;
    mean = 0.9 * mean + 0.1 * g;
    buffer = momentum * buffer + g / (Math.sqrt(square - (centered ? mean ** 2 : 0)) + 1e-8);
    return theta - learningRate * buffer;
  };
}

describeOnBackends('optimisers', () => {
  for (const [name, { create, host }] of Object.entries(rules)) {
    test(`${name} takes five steps as the formula in float64`, () => {
      const { parameters, variable, dispose } = createTree();
      const optimizer = create(parameters);
      const hosts = start.map(() => host());
      let expected = start.map((value) => Math.fround(value));
      for (const [i, gradient] of gradients.entries()) {
        step(optimizer, gradient);
        expected = expected.map((theta, j) => hosts[j]!(theta, gradient[j]!, i + 1));
        expect(variable).toBeAllClose(expected, { rtol: 1e-6, atol: 1e-6 });
      }
      expect(optimizer.state.values()).toEqual({ updates: 5, steps: { 'layer.weight': 5 } });
      optimizer.dispose();
      dispose();
    });

    test(`${name} leaks nothing, keeps its variables and frees its state`, async () => {
      const { parameters, variable, dispose } = createTree();
      const before = tf.memory().numTensors;
      const optimizer = create(parameters);
      await expectNoLeaks((round) => step(optimizer, gradients[round]!), 4);
      expect(parameters.get('layer.weight')!.variable).toBe(variable);
      optimizer.dispose();
      optimizer.dispose();
      expect(tf.memory().numTensors).toBe(before);
      expect(() => step(optimizer, start)).toThrow(coded('E_DISPOSED'));
      dispose();
    });

    test(`${name} goes on bit for bit from a saved state`, () => {
      const whole = createTree();
      const optimizer = create(whole.parameters);
      step(optimizer, gradients[0]!);
      step(optimizer, gradients[1]!);

      const resumed = createTree([...whole.variable.dataSync()]);
      const other = create(resumed.parameters);
      const saved = new Map([...optimizer.state.tensors()].map(([key, { tensor }]) => [key, tensor.clone()]));
      const values = JSON.parse(JSON.stringify(optimizer.state.values()));
      other.state.restore(saved, values);
      step(optimizer, gradients[2]!);
      step(other, gradients[2]!);
      expect(resumed.variable.dataSync()).toEqual(whole.variable.dataSync());

      for (const key of saved.keys()) {
        const incomplete = new Map(saved);
        incomplete.delete(key);
        expect(() => other.state.restore(incomplete, values)).toThrow(coded('E_CHECKPOINT_MISMATCH'));
      }
      expect(other.state.values()).toEqual(optimizer.state.values());
      tf.dispose([...saved.values()]);
      for (const owner of [optimizer, other, whole, resumed]) owner.dispose();
    });
  }

  describe('the recorded steps of torch', () => {
    const replay = (
      { optimiser, kwargs, parameter, gradients: recorded, after }: RecordedOptimizer,
      wrong = {},
    ) => {
      const { parameters, variable, dispose } = createTree(parameter);
      const options = { learningRate: kwargs.lr, ...wrong };
      const optimizer =
        optimiser === 'torch.optim.Adam'
          ? createAdam(parameters, options)
          : createAdamW(parameters, { weightDecay: kwargs.weight_decay, ...options });
      for (const [i, gradient] of recorded.entries()) {
        step(optimizer, gradient);
        assertAllClose(variable.dataSync<'float32'>(), after[i]!, { rtol: 1e-7, atol: 2e-7 });
      }
      optimizer.dispose();
      dispose();
    };

    test('are those of Adam and AdamW', async () => {
      const records = await loadReference<RecordedOptimizer[]>('blocks/optimisers.json');
      expect(records.map(({ optimiser }) => optimiser)).toEqual(['torch.optim.Adam', 'torch.optim.AdamW']);
      for (const record of records) replay(record);
    });

    test('are not those of another epsilon, decay or weight decay', async () => {
      const [adam, adamW] = await loadReference<RecordedOptimizer[]>('blocks/optimisers.json');
      expect(() => replay(adam!, { epsilon: 1e-7 })).toThrow();
      expect(() => replay(adam!, { adamBeta2: 0.998 })).toThrow();
      expect(() => replay(adamW!, { weightDecay: 0.011 })).toThrow();
    });
  });

  test('a name without a gradient keeps its value and its state; a new one starts at step 0', () => {
    const { scope, parameters, variable, dispose } = createTree();
    const optimizer = createAdam(parameters, { learningRate });
    step(optimizer, gradients[0]!);
    const kept = [...variable.dataSync()];
    const grown = scope.create('grown.weight', [5], { initializer: fixed(start) });
    const alone = createTree();
    const fresh = createAdam(alone.parameters, { learningRate });
    for (const gradient of gradients.slice(1, 3)) {
      step(optimizer, gradient, 'grown.weight');
      step(fresh, gradient);
    }
    expect([...variable.dataSync()]).toEqual(kept);
    // Not as tfjs's Adam, whose state is kept by position and whose clock is one for all.
    expect(grown.dataSync()).toEqual(alone.variable.dataSync());
    expect(optimizer.state.values()).toEqual({ updates: 3, steps: { 'layer.weight': 1, 'grown.weight': 2 } });
    for (const owner of [optimizer, fresh, alone]) owner.dispose();
    dispose();
  });

  test('a schedule is asked for each update, and rate 0 changes nothing', () => {
    const { parameters, variable, dispose } = createTree();
    const asked: number[] = [];
    const optimizer = createSgd(parameters, {
      learningRate: (n) => {
        asked.push(n);
        return n === 0 ? 0 : 0.5;
      },
    });
    step(optimizer, gradients[0]!);
    expect([...variable.dataSync()]).toEqual(start.map(Math.fround));
    step(optimizer, [1, 0, 0, 0, 0]);
    expect(variable.dataSync()[0]).toBe(0);
    expect(asked).toEqual([0, 1]);
    expect(optimizer.learningRate).toBe(0.5);
    optimizer.dispose();
    dispose();
  });
});
