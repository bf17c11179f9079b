import type { tf } from '@tintype/backend';
import type { ParameterScope } from '../parameters/create-parameters.ts';
import { fans } from '../parameters/fans.ts';
import { type Initializer, kaimingUniform, uniform } from '../parameters/initializers.ts';
import type { ParameterLayout } from '../parameters/parameter-tree.ts';

/** What linear and convolution layers let a caller choose about their parameters. */
export interface WeightAndBiasOptions {
  /** @default true */
  bias?: boolean;
  /** Of the weight. @default kaimingUniform(), PyTorch's start */
  initializer?: Initializer;
  /** Of the bias. @default uniform in ±1/√fanIn of the weight, PyTorch's start */
  biasInitializer?: Initializer;
}

interface WeightPlan extends WeightAndBiasOptions {
  readonly shape: readonly number[];
  readonly layout: ParameterLayout;
  readonly outputs: number;
  readonly chwShape?: readonly [number, number, number];
}

/** Creates `weight` and, unless switched off, `bias` [outputs]. */
export function createWeightAndBias(
  scope: ParameterScope,
  plan: WeightPlan,
): { weight: tf.Tensor; bias: tf.Tensor | undefined } {
  const { shape, layout, outputs, chwShape, bias = true, initializer = kaimingUniform() } = plan;
  const weight = scope.create('weight', shape, { initializer, layout, ...(chwShape && { chwShape }) });
  if (!bias) return { weight, bias: undefined };
  const bound = 1 / Math.sqrt(fans(shape, layout).fanIn);
  const { biasInitializer = uniform(-bound, bound) } = plan;
  return { weight, bias: scope.create('bias', [outputs], { initializer: biasInitializer }) };
}
