import { type KeptTape, TintypeError, tf } from '@tintype/backend';
import type { ParameterTree } from '../parameters/parameter-tree.ts';
import { freeTapeOnError } from './free-tape-on-error.ts';

/** Named scalars of a loss; `total` is what is minimised, the others are for the log. */
export type Losses = { readonly total: tf.Scalar } & Readonly<Record<string, tf.Scalar>>;

export interface ComputedGradients<L extends Losses = Losses> {
  /** Given to the caller. */
  readonly losses: L;
  /** By parameter name, given to the caller; a parameter the total does not depend on is left out. */
  readonly gradients: Record<string, tf.Tensor>;
}

/**
 * Gradients of a loss by the trainable entries of a tree, in one forward and one backward pass. Gradients inside the
 * loss (penalties) are differentiated through. Everything else that the loss makes is freed. With a `tape` the loss is a
 * function of that tape's output, and gradients go on through the forward pass it recorded; the tape is freed.
 * Throws `E_SHAPE` unless the total is a scalar, `E_CONFIG` where there is nothing to train or the total depends on none
 * of it.
 */
export function computeGradients<L extends Losses>(
  loss: () => L,
  parameters: ParameterTree,
  tape?: KeptTape,
): ComputedGradients<L>;
export function computeGradients(
  loss: () => tf.Scalar,
  parameters: ParameterTree,
  tape?: KeptTape,
): ComputedGradients;
export function computeGradients(
  loss: () => tf.Scalar | Losses,
  parameters: ParameterTree,
  tape?: KeptTape,
): ComputedGradients {
  const trained = [...parameters].filter(([, { isTrainable }]) => isTrainable);
  if (trained.length === 0) throw refusal('there is no trainable parameter');
  return tf.tidy(() => {
    let kept: Record<string, tf.Scalar> = {};
    const forward = (): tf.Scalar => {
      const result = loss();
      const losses = result instanceof tf.Tensor ? { total: result } : result;
      assertScalar(losses.total);
      kept = keepClones(losses);
      return losses.total;
    };
    try {
      const variables = trained.map(([, { variable }]) => variable);
      const grads = tape
        ? tape.differentiate(forward, variables).gradients
        : freeTapeOnError(() => tf.engine().gradients(forward, variables, undefined, true).grads);
      const named = trained.flatMap(([name], i) => (grads[i] ? [[name, grads[i]] as const] : []));
      if (named.length === 0) throw refusal('the total does not depend on any trainable parameter');
      return { losses: cloneAll(kept) as Losses, gradients: Object.fromEntries(named) };
    } finally {
      tf.dispose(kept);
    }
  });
}

/** Clones that outlive the tape's own tidy; the caller disposes of them. */
function keepClones(losses: Losses): Record<string, tf.Scalar> {
  return Object.fromEntries(Object.entries(losses).map(([name, value]) => [name, tf.keep(tf.clone(value))]));
}

function cloneAll(losses: Readonly<Record<string, tf.Scalar>>): Record<string, tf.Scalar> {
  return Object.fromEntries(Object.entries(losses).map(([name, value]) => [name, tf.clone(value)]));
}

function assertScalar(total: tf.Tensor): void {
  if (total.rank === 0) return;
  throw new TintypeError('E_SHAPE', {
    where: 'computeGradients',
    what: 'the total loss must be a scalar',
    got: total.shape,
    expected: [],
    remedy: 'Reduce it with tf.mean or tf.sum',
  });
}

function refusal(what: string): TintypeError {
  return new TintypeError('E_CONFIG', { where: 'computeGradients', what });
}
