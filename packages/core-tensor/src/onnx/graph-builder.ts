import { exportRefused } from './export-refused.ts';
import type { OnnxAttribute, OnnxNode, OnnxTensor, OnnxType } from './model.ts';

interface NodeOptions {
  readonly attributes?: Readonly<Record<string, OnnxAttribute>>;
  /** Wished for the node and its outputs. @default the operator's */
  readonly name?: string;
  /** @default 1 */
  readonly outputCount?: number;
}

interface InitializerOptions {
  readonly type: OnnxType;
  readonly shape: readonly number[];
  readonly numbers: Float32Array | Int32Array | Uint8Array | BigInt64Array;
  /** Wished for the tensor; two of one name and other numbers get a number behind. @default 'constant' */
  readonly name?: string;
}

/** Collects the nodes and tensors of an ONNX graph, each under a name of its own. */
export interface GraphBuilder {
  /** Keeps a name from being taken. */
  reserve(name: string): void;
  /** Adds a node and gives the names of its outputs. */
  nodes(opType: string, inputs: readonly string[], options?: NodeOptions): string[];
  /** Adds a node of one output and gives its name. Reshapes and transposes of each other become one. */
  node(opType: string, inputs: readonly string[], options?: NodeOptions): string;
  /** The name of a tensor of these numbers; equal small ones are stored once. */
  initializer(options: InitializerOptions): string;
  /** The name of an int64 vector. */
  integers(values: readonly number[]): string;
  /** What the named results depend on, under their final names. */
  finish(results: readonly (readonly [value: string, name: string])[]): {
    nodes: OnnxNode[];
    initializers: OnnxTensor[];
  };
}

/** Constants of at most so many numbers are compared with what is there. */
const smallConstant = 64;

export function createGraphBuilder(): GraphBuilder {
  const nodes: OnnxNode[] = [];
  const makers = new Map<string, OnnxNode>();
  const initializers = new Map<string, OnnxTensor>();
  const small = new Map<string, string>();
  const taken = new Set<string>();

  const unique = (wish: string): string => {
    let name = wish;
    for (let count = 2; taken.has(name); count++) name = `${wish}_${count}`;
    taken.add(name);
    return name;
  };

  const builder: GraphBuilder = {
    reserve: (name) => taken.add(name),
    nodes(opType, inputs, { attributes = {}, name: wish = opType, outputCount = 1 } = {}) {
      const name = unique(wish);
      const outputs = Array.from({ length: outputCount }, (_, index) =>
        outputCount === 1 ? name : unique(`${name}.${index}`),
      );
      const node = { name, opType, inputs, outputs, attributes };
      nodes.push(node);
      for (const output of outputs) makers.set(output, node);
      return outputs;
    },
    node(opType, inputs, options) {
      const before = makers.get(inputs[0]!);
      if (opType === 'Reshape' && before?.opType === 'Reshape') {
        return builder.node(opType, [before.inputs[0]!, inputs[1]!], options);
      }
      if (opType === 'Transpose' && before?.opType === 'Transpose') {
        const [first, then] = [permutationOf(before.attributes), permutationOf(options?.attributes)];
        const perm = then.map((axis) => first[axis]!);
        const source = before.inputs[0]!;
        if (perm.every((axis, index) => axis === index)) return source;
        return builder.node(opType, [source], { ...options, attributes: { perm: { ints: perm } } });
      }
      return builder.nodes(opType, inputs, options)[0]!;
    },
    initializer({ type, shape, numbers, name: wish = 'constant' }) {
      const key =
        numbers.length > smallConstant || wish !== 'constant'
          ? undefined
          : `${type} ${shape.join()} ${numbers.join()}`;
      const known = key === undefined ? undefined : small.get(key);
      if (known !== undefined) return known;
      const name = unique(wish);
      const bytes = new Uint8Array(numbers.buffer, numbers.byteOffset, numbers.byteLength);
      initializers.set(name, { name, type, shape, bytes });
      if (key !== undefined) small.set(key, name);
      return name;
    },
    integers: (values) =>
      builder.initializer({
        type: 'int64',
        shape: [values.length],
        numbers: BigInt64Array.from(values, (value) => BigInt(value)),
      }),
    finish(results) {
      const needed = new Set(results.map(([value]) => value));
      for (const node of [...nodes].reverse()) {
        if (!node.outputs.some((output) => needed.has(output))) continue;
        for (const input of node.inputs) needed.add(input);
      }
      const renamed = rename(results, makers);
      const finalName = (name: string) => renamed.get(name) ?? name;
      const kept = nodes.filter(({ outputs }) => outputs.some((output) => needed.has(output)));
      const stored = [...initializers.values()].filter(({ name }) => needed.has(name));
      assertWritable(stored);
      return {
        nodes: [
          ...kept.map((node) => ({
            ...node,
            inputs: node.inputs.map(finalName),
            outputs: node.outputs.map(finalName),
          })),
          ...results.flatMap(([value, name]) =>
            finalName(value) === name ? [] : [copy(finalName(value), name)],
          ),
        ],
        initializers: stored,
      };
    },
  };
  return builder;
}

function permutationOf(attributes: Readonly<Record<string, OnnxAttribute>> = {}): readonly number[] {
  const { perm } = attributes;
  return perm && 'ints' in perm ? perm.ints : [];
}

/** Results that a node makes take their final name there; inputs, constants and second names are copied. */
function rename(
  results: readonly (readonly [string, string])[],
  makers: ReadonlyMap<string, OnnxNode>,
): Map<string, string> {
  const renamed = new Map<string, string>();
  for (const [value, name] of results) {
    if (makers.has(value) && !renamed.has(value)) renamed.set(value, name);
  }
  return renamed;
}

function copy(value: string, name: string): OnnxNode {
  return { name: `${name}_copy`, opType: 'Identity', inputs: [value], outputs: [name], attributes: {} };
}

function assertWritable(tensors: readonly OnnxTensor[]): void {
  const bytes = tensors.reduce((sum, tensor) => sum + tensor.bytes.byteLength, 0);
  if (bytes < 2 ** 31 - 2 ** 20) return;
  throw exportRefused('an ONNX file holds at most 2 GiB', { got: `${bytes} bytes of weights` });
}
