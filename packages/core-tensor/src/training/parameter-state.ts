import { TintypeError, type tf } from '@tintype/backend';
import type { ParameterTree } from '../parameters/parameter-tree.ts';
import type { StatePart, StateTensor } from './train-state.ts';

const listedProblems = 10;

/** The values of a parameter tree as a part of the training's state. The variables stay the tree's. */
export function createParameterState(parameters: ParameterTree): StatePart {
  return {
    tensors: () => {
      const tensors = new Map<string, StateTensor>();
      for (const [name, { variable, layout, chwShape }] of parameters) {
        tensors.set(name, { tensor: variable, layout, ...(chwShape && { chwShape }) });
      }
      return tensors;
    },
    values: () => ({}),
    restore: (tensors) => {
      assertSameTensors('model', parameters, tensors);
      for (const [name, { variable }] of parameters) variable.assign(tensors.get(name)!);
    },
  };
}

/** Throws `E_CHECKPOINT_MISMATCH` naming what is missing, unexpected or of another shape or dtype. */
function assertSameTensors(
  where: string,
  expected: ParameterTree,
  received: ReadonlyMap<string, tf.Tensor>,
): void {
  const problems: string[] = [];
  for (const [name, { variable }] of expected) {
    const tensor = received.get(name);
    if (!tensor) problems.push(`${name} is missing`);
    else if (describe(tensor) !== describe(variable)) {
      problems.push(`${name} is ${describe(tensor)}, the model has ${describe(variable)}`);
    }
  }
  for (const name of received.keys()) if (!expected.has(name)) problems.push(`${name} is unexpected`);
  if (problems.length === 0) return;
  const more = problems.length > listedProblems ? ` and ${problems.length - listedProblems} more` : '';
  throw new TintypeError('E_CHECKPOINT_MISMATCH', {
    where,
    what: `the checkpoint does not fit the model: ${problems.slice(0, listedProblems).join('; ')}${more}`,
    remedy: 'Create the model with the configuration the checkpoint was made with',
  });
}

function describe(tensor: tf.Tensor): string {
  return `${tensor.dtype} [${tensor.shape.join(', ')}]`;
}
