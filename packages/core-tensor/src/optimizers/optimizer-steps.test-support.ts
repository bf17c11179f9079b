import { tf } from '@tintype/backend';
import { expect } from 'vitest';
import { createParameters } from '../parameters/create-parameters.ts';
import { fixed } from '../parameters/initializers.ts';
import { createRandomStream } from '../random/create-random-stream.ts';
import type { Optimizer } from './optimizer.ts';

export const start = [0.5, -1.25, 2, 0, 1e-3];
export const gradients = [
  [0.1, -0.5, 3, 1e-4, -2],
  [-0.2, -0.4, 0, 1e-4, 1],
  [0.7, 0, -1, 1e-4, 0.5],
  [0.05, 2, -0.1, 1e-4, -0.5],
  [-0.3, 1, 0.2, 1e-4, 0.25],
];
export const learningRate = 0.05;

/** One parameter, `layer.weight`, of these values. */
export function createTree(values: readonly number[] = start) {
  const created = createParameters(createRandomStream(0));
  const variable = created.scope.create('layer.weight', [values.length], { initializer: fixed(values) });
  return { ...created, variable };
}

export function step(optimizer: Optimizer, gradient: readonly number[], name = 'layer.weight'): void {
  tf.tidy(() => optimizer.step({ [name]: tf.tensor1d([...gradient]) }));
}

export const coded = (code: string) => expect.objectContaining({ code });
