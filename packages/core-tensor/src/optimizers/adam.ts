import { adamUpdate, tf } from '@tintype/backend';
import type { ParameterTree } from '../parameters/parameter-tree.ts';
import { assertBelowOne, assertNonNegative, assertPositive } from './assert-hyperparameters.ts';
import type { Optimizer } from './optimizer.ts';
import { createSlotOptimizer, type OptimizerOptions, type UpdateContext } from './slot-optimizer.ts';

export interface AdamOptions extends OptimizerOptions {
  /** Decay of the first moment, in [0, 1). @default 0.9 */
  adamBeta1?: number;
  /** Decay of the second moment, in [0, 1). @default 0.999 */
  adamBeta2?: number;
  /** Added to the root of the second moment. @default 1e-8 */
  epsilon?: number;
}

export interface AdamWOptions extends AdamOptions {
  /** Fraction of the weight taken off per unit of learning rate. @default 0.01 */
  weightDecay?: number;
}

/**
 * Kingma & Ba (2015), arXiv:1412.6980, as torch.optim.Adam computes it:
 * m ← β₁m + (1−β₁)g, v ← β₂v + (1−β₂)g², θ ← θ − η · (m/(1−β₁ⁿ)) / (√(v/(1−β₂ⁿ)) + ε), n counted per parameter.
 * Slots `exp_avg` and `exp_avg_sq`. Throws `E_CONFIG` on impossible options.
 */
export function createAdam(parameters: ParameterTree, options: AdamOptions): Optimizer {
  return createAdamWithDecay('createAdam', parameters, options, 0);
}

/** Loshchilov & Hutter (2019), arXiv:1711.05101: Adam after θ ← θ·(1 − η·weightDecay), as torch.optim.AdamW. */
export function createAdamW(parameters: ParameterTree, options: AdamWOptions): Optimizer {
  const { weightDecay = 0.01 } = options;
  assertNonNegative('createAdamW', { weightDecay });
  return createAdamWithDecay('createAdamW', parameters, options, weightDecay);
}

function createAdamWithDecay(
  where: string,
  parameters: ParameterTree,
  options: AdamOptions,
  weightDecay: number,
): Optimizer {
  const { adamBeta1 = 0.9, adamBeta2 = 0.999, epsilon = 1e-8 } = options;
  assertBelowOne(where, { adamBeta1, adamBeta2 });
  assertPositive(where, { epsilon });
  return createSlotOptimizer(parameters, options, {
    where,
    slots: ['exp_avg', 'exp_avg_sq'],
    updateAll: (contexts) =>
      adamUpdate(
        contexts.map((context) => ({
          parameter: context.variable,
          gradient: context.gradient,
          mean: context.slots.exp_avg,
          square: context.slots.exp_avg_sq,
          kept: 1 - context.learningRate * weightDecay,
          ...correctBias(context, adamBeta1, adamBeta2, epsilon),
        })),
        { beta1: adamBeta1, beta2: adamBeta2 },
      ),
    update(context) {
      const { variable, slots, learningRate } = context;
      const mean = updateMoments(context, adamBeta1, adamBeta2);
      const { stepSize, scaledEpsilon } = correctBias(context, adamBeta1, adamBeta2, epsilon);
      const deviation = tf.add(tf.sqrt(slots.exp_avg_sq), scaledEpsilon);
      const change = tf.mul(tf.div(mean, deviation), stepSize);
      const start = weightDecay === 0 ? variable : tf.mul(variable, 1 - learningRate * weightDecay);
      variable.assign(tf.sub(start, change));
    },
  });
}

type AdamContext = UpdateContext<'exp_avg' | 'exp_avg_sq'>;

/** Moves both moments towards this gradient and gives the first. */
function updateMoments({ gradient, slots }: AdamContext, beta1: number, beta2: number): tf.Tensor {
  const mean = tf.add(tf.mul(slots.exp_avg, beta1), tf.mul(gradient, 1 - beta1));
  const square = tf.add(tf.mul(slots.exp_avg_sq, beta2), tf.mul(tf.square(gradient), 1 - beta2));
  slots.exp_avg.assign(mean);
  slots.exp_avg_sq.assign(square);
  return mean;
}

/** η·(m/c₁) / (√v/√c₂ + ε) = (η·√c₂/c₁) · m / (√v + ε·√c₂): both corrections become numbers, in float64. */
function correctBias({ step, learningRate }: AdamContext, beta1: number, beta2: number, epsilon: number) {
  const root2 = Math.sqrt(1 - beta2 ** step);
  return { stepSize: (learningRate * root2) / (1 - beta1 ** step), scaledEpsilon: epsilon * root2 };
}
