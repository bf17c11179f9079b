import { TintypeError, tf } from '@tintype/backend';
import type { ParameterTree } from '../parameters/parameter-tree.ts';
import { assertBelowOne, assertNonNegative } from './assert-hyperparameters.ts';
import type { Optimizer } from './optimizer.ts';
import { createSlotOptimizer, type OptimizerOptions } from './slot-optimizer.ts';

export interface SgdOptions extends OptimizerOptions {
  /** μ in [0, 1). @default 0 */
  momentum?: number;
  /** Steps along g + μ·buffer instead of the buffer; needs momentum. @default false */
  nesterov?: boolean;
  /** Adds weightDecay·θ to the gradient. @default 0 */
  weightDecay?: number;
}

/**
 * torch.optim.SGD: g ← g + weightDecay·θ, buffer ← μ·buffer + g, θ ← θ − η·(buffer, or g + μ·buffer with nesterov).
 * Slot `momentum_buffer` where there is momentum. Throws `E_CONFIG` on impossible options.
 */
export function createSgd(parameters: ParameterTree, options: SgdOptions): Optimizer {
  const { momentum = 0, nesterov = false, weightDecay = 0 } = options;
  const where = 'createSgd';
  assertBelowOne(where, { momentum });
  assertNonNegative(where, { weightDecay });
  if (nesterov && momentum === 0) {
    throw new TintypeError('E_CONFIG', { where, what: 'nesterov needs momentum above 0', got: momentum });
  }
  const slots: readonly 'momentum_buffer'[] = momentum === 0 ? [] : ['momentum_buffer'];
  return createSlotOptimizer(parameters, options, {
    where,
    slots,
    update({ variable, gradient, slots: { momentum_buffer: buffer }, learningRate }) {
      let direction = weightDecay === 0 ? gradient : tf.add(gradient, tf.mul(variable, weightDecay));
      if (momentum !== 0) {
        const moved = tf.add(tf.mul(buffer, momentum), direction);
        buffer.assign(moved);
        direction = nesterov ? tf.add(direction, tf.mul(moved, momentum)) : moved;
      }
      variable.assign(tf.sub(variable, tf.mul(direction, learningRate)));
    },
  });
}
