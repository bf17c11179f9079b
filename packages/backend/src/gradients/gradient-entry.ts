import { tf } from '../tf.ts';

/** For each input name, how its gradient is computed; called only for inputs that need one. */
type InputGradients = Record<string, () => tf.Tensor>;

/** The gradient of one kernel, in the form of tfjs's registry but with typed attributes. */
export interface GradientEntry {
  kernelName: string;
  inputsToSave?: string[];
  outputsToSave?: boolean[];
  gradFunc: (dy: tf.Tensor | tf.Tensor[], saved: tf.Tensor[], attributes: unknown) => InputGradients;
}

interface GradientDefinition<Attributes> {
  kernelName: string;
  inputsToSave?: string[];
  /** Whether to save the output; it comes after the saved inputs. */
  savesOutput?: boolean;
  /** `dy` has the shape of the output; `saved` are the inputs named in `inputsToSave`, in that order. */
  gradient: (dy: tf.Tensor, saved: tf.Tensor[], attributes: Attributes) => InputGradients;
}

/** The gradient of a kernel with one output. Written with tfjs operations, it is itself differentiable. */
export function defineGradient<Attributes>(definition: GradientDefinition<Attributes>): GradientEntry {
  const { kernelName, inputsToSave, savesOutput, gradient } = definition;
  return {
    kernelName,
    inputsToSave,
    ...(savesOutput ? { outputsToSave: [true] } : {}),
    gradFunc: (dy, saved, attributes) => gradient(dy as tf.Tensor, saved, attributes as Attributes),
  };
}

/** A float32 tensor of zeros in the shape of `x`, whatever the dtype of `x`. */
export function zeroGradient(x: tf.Tensor): tf.Tensor {
  return tf.zeros(x.shape, 'float32');
}
