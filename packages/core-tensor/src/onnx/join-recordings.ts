import type { tf } from '@tintype/backend';
import { exportRefused } from './export-refused.ts';
import type { Constant, Graph, GraphNode, GraphValue, Numbers } from './graph.ts';
import type { RecordedNode, RecordedValue, Recording } from './record.ts';
import { isFixed, joinSizes, type PerBatch, type Size } from './size.ts';

/** How far folded numbers of the two recordings may lie apart, relative to their largest: GPUs sum in any order. */
const tolerance = 1e-5;

type Batches = readonly [number, number];

/**
 * One graph out of two recordings of a function, at two batch sizes: what differs must be a multiple of the batch.
 * Throws `E_CONFIG` where the function does something else at another batch size, or at each call.
 */
export async function joinRecordings(first: Recording, second: Recording, batches: Batches): Promise<Graph> {
  if (first.nodes.length !== second.nodes.length || first.values.length !== second.values.length) {
    throw differs('number of kernels', first.nodes.length, second.nodes.length);
  }
  const nodes = first.nodes.map((node, index) => joinNodes(node, second.nodes[index]!, batches));
  const values: GraphValue[] = [];
  for (const [index, value] of first.values.entries()) {
    values.push(await joinValues(value, second.values[index]!, batches));
  }
  for (const [name, output] of Object.entries(first.outputs)) {
    if (second.outputs[name] !== output) throw differs(`output ${name}`, output, second.outputs[name]);
  }
  return { values, nodes, inputs: first.inputs, outputs: first.outputs };
}

function joinNodes(first: RecordedNode, second: RecordedNode, batches: Batches): GraphNode {
  const { kernelName, inputs, outputs } = first;
  if (second.kernelName !== kernelName) throw differs('kernels', kernelName, second.kernelName);
  for (const [name, input] of Object.entries(inputs)) {
    if (second.inputs[name] !== input) throw differs(`inputs of ${kernelName}`, input, second.inputs[name]);
  }
  const attributes = joinAttribute(first.attributes, second.attributes, batches, kernelName);
  return { kernelName, inputs, outputs, attributes: attributes as GraphNode['attributes'] };
}

function joinAttribute(first: unknown, second: unknown, batches: Batches, kernelName: string): unknown {
  if (Object.is(first, second)) return first;
  if (typeof first === 'number' && typeof second === 'number') {
    const joined = joinSizes(first, second, batches);
    if (joined !== undefined) return joined;
  } else if (Array.isArray(first) && Array.isArray(second) && first.length === second.length) {
    return first.map((item, index) => joinAttribute(item, second[index], batches, kernelName));
  } else if (isRecord(first) && isRecord(second)) {
    const joined = Object.keys(first).map((key) => [
      key,
      joinAttribute(first[key], second[key], batches, kernelName),
    ]);
    return Object.fromEntries(joined);
  }
  throw differs(`attributes of ${kernelName}`, first, second);
}

function isRecord(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

async function joinValues(
  first: RecordedValue,
  second: RecordedValue,
  batches: Batches,
): Promise<GraphValue> {
  const shape = first.shape.map((size, axis): Size => {
    const joined = joinSizes(size, second.shape[axis] ?? Number.NaN, batches);
    if (joined === undefined) throw differs('shapes', first.shape, second.shape);
    return joined;
  });
  const { dtype, parameter } = first;
  if (first.constant === undefined) return { shape, dtype };
  if (second.constant === undefined) throw differs('constants', first.shape, second.shape);
  const [mine, other] = [await oneEach(first.constant, shape), await oneEach(second.constant, shape)];
  if (!areClose(mine.numbers, other.numbers)) {
    throw exportRefused('a constant changes from call to call, or with the batch size', {
      got: `${dtype} [${first.shape.join(', ')}]`,
      remedy: 'Make what the function depends on an input',
    });
  }
  return { shape, dtype, constant: { ...mine, parameter } };
}

/** The numbers of a constant with one of each side that depends on the batch, which must be equal along it. */
async function oneEach(tensor: tf.Tensor, shape: readonly Size[]): Promise<Constant> {
  let numbers = (await tensor.data()) as Numbers;
  const sides = [...tensor.shape];
  for (const [axis, size] of shape.entries()) {
    if (isFixed(size)) continue;
    numbers = firstAlong(numbers, sides, axis, size);
    sides[axis] = 1;
  }
  return { numbers, shape: sides };
}

function firstAlong(numbers: Numbers, shape: readonly number[], axis: number, size: PerBatch): Numbers {
  const inner = shape.slice(axis + 1).reduce((product, side) => product * side, 1);
  const side = shape[axis]!;
  const first = numbers.filter((_, at) => Math.floor(at / inner) % side === 0) as Numbers;
  const isEqual = numbers.every(
    (number, at) => number === first[Math.floor(at / (inner * side)) * inner + (at % inner)],
  );
  if (isEqual) return first;
  throw exportRefused('a constant differs between the samples of a batch', {
    got: `shape [${shape.join(', ')}], ${size.perBatch} for each sample`,
    remedy: 'Make it an input',
  });
}

function areClose(first: Numbers, second: Numbers): boolean {
  if (first.length !== second.length) return false;
  let largest = 0;
  for (const value of first) largest = Math.max(largest, Math.abs(value));
  for (const [at, value] of first.entries()) {
    const other = second[at]!;
    if (!Object.is(value, other) && !(Math.abs(value - other) <= tolerance * largest)) return false;
  }
  return true;
}

function differs(what: string, first: unknown, second: unknown): Error {
  return exportRefused(`the function computes something else at another batch size: ${what}`, {
    got: `${JSON.stringify(first)} and ${JSON.stringify(second)}`,
    remedy: 'Mark as batch each side of an input that follows the batch',
  });
}
