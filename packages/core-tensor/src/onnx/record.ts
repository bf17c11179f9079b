import { type TracedKernel, tf, traceKernels } from '@tintype/backend';
import { exportRefused } from './export-refused.ts';

/** Something that a traced function used or made: an input, the output of a node, or a constant. */
export interface RecordedValue {
  readonly shape: readonly number[];
  readonly dtype: tf.DataType;
  /** Of constants: the numbers, owned by the recording. */
  readonly constant?: tf.Tensor;
  /** Of parameters: their name. */
  readonly parameter?: string;
}

/** A kernel of which an input depends on the inputs of the function. Values are named by their index. */
export interface RecordedNode {
  readonly kernelName: string;
  readonly inputs: Readonly<Record<string, number>>;
  readonly attributes: Readonly<Record<string, unknown>>;
  readonly outputs: readonly number[];
}

export interface Recording {
  readonly values: readonly RecordedValue[];
  readonly nodes: readonly RecordedNode[];
  readonly inputs: Readonly<Record<string, number>>;
  readonly outputs: Readonly<Record<string, number>>;
  dispose(): void;
}

export type ModelFunction = (
  inputs: Readonly<Record<string, tf.Tensor>>,
) => tf.Tensor | Readonly<Record<string, tf.Tensor>>;

/**
 * Runs `run` and writes down what it does with `inputs`, which are borrowed. What does not depend on them is kept as
 * the numbers that it gave. Throws `E_CONFIG` where the function draws random numbers or reads a value that depends on its inputs.
 */
export function record(
  run: ModelFunction,
  inputs: Readonly<Record<string, tf.Tensor>>,
  parameterNames: ReadonlyMap<number, string>,
): Recording {
  const values: RecordedValue[] = [];
  const nodes: RecordedNode[] = [];
  const indices = new Map<number, number>();
  const dependentData = new WeakSet<object>();
  const constants: tf.Tensor[] = [];
  const dispose = () => tf.dispose(constants);

  const add = (tensor: tf.Tensor, more: Partial<RecordedValue> = {}): number => {
    const { shape, dtype } = tensor;
    indices.set(tensor.id, values.length);
    return values.push({ shape: [...shape], dtype, ...more }) - 1;
  };
  const addDependent = (tensor: tf.Tensor): number => {
    dependentData.add(tensor.dataId);
    return add(tensor);
  };
  const addConstant = (tensor: tf.Tensor): number => {
    const constant = tf.keep(tensor.clone());
    constants.push(constant);
    return add(tensor, { constant, parameter: parameterNames.get(tensor.id) });
  };
  const indexOf = (tensor: tf.Tensor) => indices.get(tensor.id) ?? addConstant(tensor);
  const dependsOnInputs = (tensor: tf.Tensor) => {
    const index = indices.get(tensor.id);
    return index !== undefined && values[index]!.constant === undefined;
  };

  const observe = ({ kernelName, inputs: used, attributes, outputs }: TracedKernel) => {
    if (/^TintypeRandom|^Multinomial$/.test(kernelName)) throw randomRefused(kernelName);
    if (!Object.values(used).some(dependsOnInputs)) return;
    const numbered = Object.entries(used).map(([name, tensor]) => [name, indexOf(tensor)] as const);
    nodes.push({
      kernelName,
      inputs: Object.fromEntries(numbered),
      attributes,
      outputs: outputs.map(addDependent),
    });
  };

  try {
    const named = Object.entries(inputs).map(([name, tensor]) => [name, addDependent(tensor)] as const);
    const results = tf.tidy(() => {
      const given = guardReads(dependentData, () => traceKernels(() => run(inputs), observe));
      const outputs = given instanceof tf.Tensor ? { output: given } : given;
      return Object.entries(outputs).map(([name, tensor]) => [name, indexOf(tensor)] as const);
    });
    return {
      values,
      nodes,
      inputs: Object.fromEntries(named),
      outputs: Object.fromEntries(results),
      dispose,
    };
  } catch (error) {
    dispose();
    throw error;
  }
}

/** Refuses to read what depends on the inputs while `f` runs: such numbers would become constants of the file. */
function guardReads<Result>(dependentData: WeakSet<object>, f: () => Result): Result {
  const engine = tf.engine();
  const stock = engine.readSync;
  engine.readSync = (dataId) => {
    if (!dependentData.has(dataId)) return stock.call(engine, dataId);
    throw exportRefused('the function reads numbers that depend on its inputs', {
      remedy: 'Export a function that is made of tensor operations alone',
    });
  };
  try {
    return f();
  } finally {
    Reflect.deleteProperty(engine, 'readSync');
  }
}

function randomRefused(kernelName: string): Error {
  return exportRefused('the function draws random numbers', {
    got: kernelName,
    remedy: 'Export it in inference mode (no dropout), and pass noise as an input',
  });
}
