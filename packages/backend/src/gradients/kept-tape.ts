import { TintypeError } from '../errors/tintype-error.ts';
import { tf } from '../tf.ts';
import { engineInternals, type TapeNode } from './engine.ts';

/** A forward pass that was run once and can still be differentiated, later and piece by piece. */
export interface KeptTape<T extends tf.Tensor = tf.Tensor> {
  /** What the forward pass gave. It lives as long as the tape; to other gradients it is a constant. */
  readonly output: T;
  /** Bytes of the activations that the tape holds, each buffer once; 0 when it is disposed. */
  readonly bytes: number;
  /**
   * Gradients of Σ output·dy by `xs`, tensors or variables that the forward pass used; nothing where it did not.
   * Frees the tape. `dy` is borrowed. Throws `E_SHAPE` for a `dy` of another shape, `E_DISPOSED` after use.
   */
  backpropagate(dy: tf.Tensor, xs: readonly tf.Tensor[]): (tf.Tensor | undefined)[];
  /**
   * Goes on recording with `loss`, which sees the output, and gives the gradients by `xs` through both: what
   * one tape over everything would have given, bit for bit. Only what lies between `xs` and the loss is
   * differentiated. Frees the tape. Throws `E_DISPOSED` after use.
   */
  differentiate(
    loss: (output: T) => tf.Scalar,
    xs: readonly tf.Tensor[],
  ): { value: tf.Scalar; gradients: (tf.Tensor | undefined)[] };
  readonly isDisposed: boolean;
  /** Frees output and activations; may be called twice. */
  dispose(): void;
}

/**
 * Runs a forward pass on a tape of its own and keeps that tape, which tfjs would free with the first backward pass. Whoever
 * gets it must use it once or dispose of it. Inputs and weights may be updated by `assign` meanwhile: the tape holds
 * what it saw.
 * Throws `E_GRADIENT_UNSUPPORTED` inside another gradient, and whatever `forward` throws, with nothing left behind.
 */
export function keepTape<T extends tf.Tensor>(forward: () => T): KeptTape<T> {
  assertOutermost('keepTape');
  const { output, tape } = record(forward);
  let nodes: TapeNode[] | undefined = tape;

  const dispose = (): void => {
    if (nodes === undefined) return;
    freeTape(nodes);
    nodes = undefined;
    output.dispose();
  };
  const take = (loss: () => tf.Tensor, xs: readonly tf.Tensor[], dy?: tf.Tensor) => {
    if (nodes === undefined) {
      throw new TintypeError('E_DISPOSED', { where: 'KeptTape', what: 'the tape was used or disposed of' });
    }
    assertOutermost('KeptTape');
    const recorded = nodes;
    const { state } = engineInternals();
    let isFreed = false;
    try {
      // tfjs starts an empty tape for every outermost gradient; ours takes its place before the first operation.
      const onTop = (): tf.Tensor => {
        state.activeTape = recorded;
        return loss();
      };
      const found = tf.engine().gradients(onTop, [...xs], dy, true);
      isFreed = true;
      return found;
    } finally {
      if (!isFreed) freeTape(recorded);
      state.activeTape = null;
      nodes = undefined;
      output.dispose();
    }
  };

  return {
    output,
    get bytes() {
      return nodes === undefined ? 0 : bytesOf([output, ...nodes.flatMap(({ saved }) => saved)]);
    },
    backpropagate(dy, xs) {
      if (!tf.util.arraysEqual(dy.shape, output.shape)) {
        const got = dy.shape;
        throw new TintypeError('E_SHAPE', {
          where: 'KeptTape: dy',
          what: 'dy has the shape of the output',
          got,
          expected: output.shape,
        });
      }
      return tf.tidy(() => {
        // An x that is the output itself would get dy back, which belongs to the caller.
        const { grads } = take(() => output, xs, tf.clone(dy));
        return grads.map((gradient) => gradient ?? undefined) as tf.Tensor[];
      });
    },
    differentiate: (loss, xs) =>
      tf.tidy(() => {
        // A copy, lest a loss that is the output itself goes with the tape.
        const { value, grads } = take(() => tf.clone(loss(output)), xs);
        return {
          value: value as tf.Scalar,
          gradients: grads.map((each) => each ?? undefined) as tf.Tensor[],
        };
      }),
    get isDisposed() {
      return nodes === undefined;
    },
    dispose,
  };
}

function record<T extends tf.Tensor>(forward: () => T): { output: T; tape: TapeNode[] } {
  const engine = engineInternals();
  const { state } = engine;
  engine.startTape();
  try {
    const output = tf.tidy(() => tf.keep(tf.clone(forward()))) as T;
    return { output, tape: state.activeTape ?? [] };
  } catch (error) {
    freeTape(state.activeTape ?? []);
    throw error;
  } finally {
    engine.endTape();
    state.activeTape = null;
  }
}

function freeTape(tape: readonly TapeNode[]): void {
  for (const { saved } of tape) for (const tensor of saved) tensor.dispose();
}

function bytesOf(tensors: readonly tf.Tensor[]): number {
  const buffers = new Map<object, number>();
  for (const { dataId, size, dtype } of tensors) {
    buffers.set(dataId, size * tf.util.bytesPerElement(dtype as 'float32'));
  }
  return [...buffers.values()].reduce((sum, bytes) => sum + bytes, 0);
}

function assertOutermost(where: string): void {
  const { gradientDepth, kernelDepth } = engineInternals().state;
  if (gradientDepth === 0 && kernelDepth === 0) return;
  throw new TintypeError('E_GRADIENT_UNSUPPORTED', {
    where,
    what: 'a kept tape cannot be made or used inside another gradient',
    remedy: 'Compute it outside, and use its output as a constant',
  });
}
