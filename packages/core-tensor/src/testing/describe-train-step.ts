import type { BackendName } from '@tintype/backend';
import { describeOnBackends } from '@tintype/backend/testing';
import { test } from 'vitest';
import {
  assertAbortsCleanly,
  assertFreesTensors,
  assertNamesNonFinite,
  assertRefusesIncompleteState,
  assertReproducible,
  assertResumesExactly,
  type CreateSystem,
} from './train-step-checks.ts';

export interface DescribeTrainStepOptions {
  /** @default cpu and wasm */
  readonly backends?: readonly BackendName[];
  /** N of "N steps, save, restore, N more". @default 3 */
  readonly steps?: number;
  /** Steps over which the tensor count must be flat. @default 12, or 1 000 where TINTYPE_LONG is set */
  readonly leakSteps?: number;
  /** First steps that may create state: until the last stage of several has begun. @default 1 */
  readonly settlingSteps?: number;
}

/**
 * The contract of every train step, on each backend. `create` makes a fresh, tiny system from one fixed seed; it is
 * called several times in each test.
 */
export function describeTrainStep(
  name: string,
  create: CreateSystem,
  { backends, steps = 3, leakSteps = isLong() ? 1000 : 12, settlingSteps = 1 }: DescribeTrainStepOptions = {},
): void {
  describeOnBackends(
    `${name}: train step`,
    () => {
      test('the same seed gives the same losses and state, bit for bit', () =>
        assertReproducible(create, steps));
      test(`${steps} steps, save, restore, ${steps} more equal ${2 * steps} straight, bit for bit`, () =>
        assertResumesExactly(create, steps));
      test('a checkpoint that lacks any one tensor or value is refused', () =>
        assertRefusesIncompleteState(create, steps));
      test(
        `the tensor count is flat over ${leakSteps} steps, and dispose frees all`,
        {
          timeout: 120_000 + leakSteps * 500,
        },
        () => assertFreesTensors(create, leakSteps, settlingSteps),
      );
      test('aborting leaves a loadable checkpoint', () => assertAbortsCleanly(create, steps));
      test('NaN in a batch is an error that names step and term', () => assertNamesNonFinite(create));
    },
    backends ? { backends } : {},
  );
}

/** True where the long forms of the tests were asked for. A page has no environment, hence no long form. */
export function isLong(): boolean {
  const { process } = globalThis as { process?: { env?: Record<string, string | undefined> } };
  return Boolean(process?.env?.TINTYPE_LONG);
}
