import { tf } from '@tintype/backend';
import type { ParameterScope } from '../parameters/create-parameters.ts';
import { checkpointActivations } from './checkpoint-activations.ts';
import { collectVariables } from './collect-variables.ts';

/** A block of a network: tensors, and what else it needs, to one tensor. */
export type Block<Args extends readonly unknown[], Output extends tf.Tensor> = (...args: Args) => Output;

/**
 * Creates a block in a scope; where `isCheckpointed`, its activations are not kept (see `checkpointActivations`, whose
 * conditions hold). Arguments that are no tensors are passed on as they are.
 */
export function createCheckpointed<Args extends readonly unknown[], Output extends tf.Tensor>(
  scope: ParameterScope,
  isCheckpointed: boolean,
  create: (scope: ParameterScope) => Block<Args, Output>,
): Block<Args, Output> {
  if (!isCheckpointed) return create(scope);
  const { scope: watched, variables } = collectVariables(scope);
  const block = create(watched);
  return (...args) => {
    const tensors = args.filter((each): each is tf.Tensor => each instanceof tf.Tensor);
    const run = (...inputs: tf.Tensor[]) => {
      const rest = [...inputs];
      return block(
        ...(args.map((each) => (each instanceof tf.Tensor ? rest.shift() : each)) as unknown as Args),
      );
    };
    return checkpointActivations(run, tensors, variables);
  };
}
