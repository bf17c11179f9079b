import { gradientsOnOwnTape, recordingDepth, TintypeError, tf } from '@tintype/backend';

let recomputations = 0;

/** True while a block runs a second time, for its gradient: what it counted or averaged the first time is not due again. */
export function isRecomputing(): boolean {
  return recomputations > 0;
}

/**
 * Runs a block of a network and keeps, for its gradient, only what went in: the block runs again in the backward pass, so
 * that the activations of one block live at a time, for about a third more work (Chen et al. 2016, arXiv:1604.06174). The
 * output is the same bit for bit; gradients are too, but for the order in which those of a tensor with several uses are added.
 *
 * `block` must be a function of `inputs` and of `variables`, all of which it uses, and give the same again: random numbers
 * from forks of a stream (not from its counter), weights that do not change before the backward pass. Batch norm moves its
 * running statistics once. Where a second derivative may be asked for, the block runs as usual.
 * Throws `E_CONFIG` in the backward pass where the block does not depend on one of the variables.
 */
export function checkpointActivations<Inputs extends tf.Tensor[], Output extends tf.Tensor>(
  block: (...inputs: Inputs) => Output,
  inputs: readonly [...Inputs],
  variables: readonly tf.Variable[],
): Output {
  if (recordingDepth() !== 1) return tf.tidy(() => block(...(inputs as unknown as Inputs)));
  const run = tf.customGrad((...args) => {
    const save = args.at(-1) as unknown as (tensors: tf.Tensor[]) => void;
    const given = args.slice(0, inputs.length) as Inputs;
    save(given);
    const gradFunc = (dy: tf.Tensor, saved: tf.Tensor[]) =>
      recompute(() => block(...(saved as Inputs)), saved, variables, dy);
    // A copy: a block may give back an input, which cannot be its own result on the tape.
    return { value: tf.clone(block(...given)), gradFunc };
  });
  // A name of its own: tfjs would take that of a tidy scope around for the operation's.
  return tf.tidy('checkpointActivations', () => run(...inputs, ...variables)) as Output;
}

function recompute(
  block: () => tf.Tensor,
  inputs: readonly tf.Tensor[],
  variables: readonly tf.Variable[],
  dy: tf.Tensor,
): tf.Tensor[] {
  recomputations += 1;
  try {
    // The copy keeps a block that gives back an input from handing on dy itself, which is freed.
    const gradients = gradientsOnOwnTape(() => tf.clone(block()), [...inputs, ...variables], dy);
    return gradients.map((gradient, i) => {
      if (gradient) return gradient;
      if (i >= inputs.length) throw unused(variables[i - inputs.length]!);
      return tf.zeros(inputs[i]!.shape);
    });
  } finally {
    recomputations -= 1;
  }
}

function unused({ name, shape }: tf.Variable): TintypeError {
  return new TintypeError('E_CONFIG', {
    where: 'checkpointActivations',
    what: `the block does not depend on the variable ${name} of shape [${shape.join(', ')}]`,
    remedy: 'List only variables that the block uses',
  });
}
