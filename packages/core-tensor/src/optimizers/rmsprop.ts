import { tf } from '@tintype/backend';
import type { ParameterTree } from '../parameters/parameter-tree.ts';
import { assertBelowOne, assertPositive } from './assert-hyperparameters.ts';
import type { Optimizer } from './optimizer.ts';
import { createSlotOptimizer, type OptimizerOptions } from './slot-optimizer.ts';

export interface RmspropOptions extends OptimizerOptions {
  /** Decay of the mean square (torch's alpha), in [0, 1). @default 0.99 */
  squareDecay?: number;
  /** In [0, 1). @default 0 */
  momentum?: number;
  /** Divide by the standard deviation instead of the root mean square. @default false */
  centered?: boolean;
  /** Added to the root. @default 1e-8 */
  epsilon?: number;
}

type Slot = 'square_avg' | 'grad_avg' | 'momentum_buffer';

/**
 * Tieleman & Hinton (2012), as torch.optim.RMSprop: s ← αs + (1−α)g², and centred a ← αa + (1−α)g;
 * d = g / (√(s − a²) + ε), buffer ← μ·buffer + d, θ ← θ − η·buffer. Slots `square_avg`, `grad_avg`, `momentum_buffer`,
 * as far as used. Throws `E_CONFIG` on impossible options.
 */
export function createRmsprop(parameters: ParameterTree, options: RmspropOptions): Optimizer {
  const { squareDecay = 0.99, momentum = 0, centered = false, epsilon = 1e-8 } = options;
  assertBelowOne('createRmsprop', { squareDecay, momentum });
  assertPositive('createRmsprop', { epsilon });
  const slots: readonly Slot[] = [
    'square_avg',
    ...(centered ? (['grad_avg'] as const) : []),
    ...(momentum === 0 ? [] : (['momentum_buffer'] as const)),
  ];
  return createSlotOptimizer(parameters, options, {
    where: 'createRmsprop',
    slots,
    update({ variable, gradient, slots: kept, learningRate }) {
      let square: tf.Tensor = average(kept.square_avg, tf.square(gradient), squareDecay);
      if (centered) square = tf.sub(square, tf.square(average(kept.grad_avg, gradient, squareDecay)));
      let direction = tf.div(gradient, tf.add(tf.sqrt(square), epsilon));
      if (momentum !== 0) {
        direction = tf.add(tf.mul(kept.momentum_buffer, momentum), direction);
        kept.momentum_buffer.assign(direction);
      }
      variable.assign(tf.sub(variable, tf.mul(direction, learningRate)));
    },
  });
}

function average(slot: tf.Variable, value: tf.Tensor, decay: number): tf.Tensor {
  const moved = tf.add(tf.mul(slot, decay), tf.mul(value, 1 - decay));
  slot.assign(moved);
  return moved;
}
