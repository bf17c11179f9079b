import { TintypeError, type tf } from '@tintype/backend';
import { compareTensors, describeTensor, mismatchError } from '../checkpoint/mismatch.ts';
import type { ParameterTree } from '../parameters/parameter-tree.ts';
import type { JsonValue } from '../training/train-state.ts';

type Values = { readonly [key: string]: JsonValue };

/** Throws `E_CHECKPOINT_MISMATCH` unless `received` holds exactly the expected names, each shaped like its parameter. */
export function assertExactTensors(
  where: string,
  expected: ReadonlyMap<string, tf.Tensor>,
  received: ReadonlyMap<string, tf.Tensor>,
): void {
  const difference = compareTensors(describeAll(received), describeAll(expected));
  const { missing, unexpected, mismatched } = difference;
  if (missing.length + unexpected.length + mismatched.length > 0) throw mismatchError(where, difference);
}

/** Reads `{ updates, steps: { name: n } }`; each name must be in the tree, each count an integer of at least 0. */
export function readSteps(
  where: string,
  values: Values,
  parameters: ParameterTree,
): { updates: number; steps: ReadonlyMap<string, number> } {
  const { updates, steps, ...others } = values;
  const unknown = Object.keys(others)[0];
  if (unknown !== undefined) throw mismatch(where, `value ${unknown} is unexpected`);
  if (!isCount(updates)) throw mismatch(where, `updates must be a count, got ${JSON.stringify(updates)}`);
  if (steps === null || typeof steps !== 'object' || Array.isArray(steps)) {
    throw mismatch(where, 'steps must be a record of counts by parameter name');
  }
  const counts = new Map<string, number>();
  for (const [name, count] of Object.entries(steps)) {
    if (!parameters.has(name))
      throw mismatch(where, `steps names ${name}, which is no parameter of this model`);
    if (!isCount(count))
      throw mismatch(where, `the step of ${name} must be a count, got ${JSON.stringify(count)}`);
    counts.set(name, count);
  }
  return { updates, steps: counts };
}

function isCount(value: unknown): value is number {
  return Number.isSafeInteger(value) && (value as number) >= 0;
}

function describeAll(tensors: ReadonlyMap<string, tf.Tensor>): ReadonlyMap<string, string> {
  return new Map([...tensors].map(([name, { dtype, shape }]) => [name, describeTensor(dtype, shape)]));
}

function mismatch(where: string, what: string): TintypeError {
  return new TintypeError('E_CHECKPOINT_MISMATCH', {
    where,
    what: `the saved state does not fit: ${what}`,
    remedy: 'Restore into a training of the same recipe and configuration',
  });
}
