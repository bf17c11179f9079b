import type { tf } from '@tintype/backend';
import { exportRefused } from './export-refused.ts';
import type { Constant } from './graph.ts';
import type { GraphBuilder } from './graph-builder.ts';
import type { OnnxType } from './model.ts';
import { equalShapes, isFixed, type Shape } from './size.ts';

// A tensor of three axes or more may lie in the file as in memory ('plain', channels last) or with its channels in
// front ('channelsFirst': [b, ..., c] → [b, c, ...]), as ONNX convolutions want it. Each kernel takes the form that it
// needs and says which one it gives; a transpose is written where a form is first asked for that is not there yet.

export type Form = 'plain' | 'channelsFirst';

/** A tensor of the model while its graph is written: the names of the forms that exist so far. */
export interface Value {
  readonly shape: Shape;
  readonly dtype: tf.DataType;
  readonly constant?: Constant;
  plain?: string;
  channelsFirst?: string;
}

export interface Lowering {
  readonly builder: GraphBuilder;
  /** The name of an int64 [1] that holds the batch size. */
  batchSize(): string;
}

/** One kernel with its inputs, and the shapes of its outputs. */
export interface KernelCall {
  readonly kernelName: string;
  readonly inputs: Readonly<Record<string, Value>>;
  readonly attributes: Readonly<Record<string, unknown>>;
  readonly outputs: readonly { readonly shape: Shape; readonly dtype: tf.DataType }[];
}

/** What a kernel gave for an output: a new name in one form, or a value that was there before. */
export type Lowered = { readonly [name in Form]?: string } | Value;

/** Writes the ONNX nodes of one kernel; outputs that nobody can use may be left out. */
export type LowerKernel = (call: KernelCall, lowering: Lowering) => readonly Lowered[];

export function onnxType(dtype: tf.DataType): OnnxType {
  if (dtype === 'float32' || dtype === 'int32' || dtype === 'bool') return dtype;
  throw exportRefused('tensors must be float32, int32 or bool', { got: dtype });
}

/** Where an axis of a plain tensor of `rank` lies in a form. */
export function axisIn(form: Form, axis: number, rank: number): number {
  const plain = axis < 0 ? axis + rank : axis;
  if (form === 'plain' || plain === 0) return plain;
  return plain === rank - 1 ? 1 : plain + 1;
}

/** The axes of a plain tensor in the order of a form. */
export function axesOf(form: Form, rank: number): number[] {
  const axes = Array.from({ length: rank }, (_, axis) => axis);
  return form === 'plain' || rank < 3 ? axes : [0, rank - 1, ...axes.slice(1, -1)];
}

/** The form that is there for free; channels first where both are. */
export function formOf({ channelsFirst }: Value): Form {
  return channelsFirst === undefined ? 'plain' : 'channelsFirst';
}

/** The name of a tensor in a form, which is written where it does not exist yet. */
export function inForm(value: Value, form: Form, lowering: Lowering): string {
  if (form === 'plain' || value.shape.length < 3) {
    value.plain ??= value.constant ? expandedConstant(value, lowering) : fromChannelsFirst(value, lowering);
    return value.plain;
  }
  value.channelsFirst ??= toChannelsFirst(value, lowering);
  return value.channelsFirst;
}

export function plain(value: Value, lowering: Lowering): string {
  return inForm(value, 'plain', lowering);
}

export function channelsFirst(value: Value, lowering: Lowering): string {
  return inForm(value, 'channelsFirst', lowering);
}

function toChannelsFirst(value: Value, lowering: Lowering): string {
  const { shape, constant } = value;
  const axes = axesOf('channelsFirst', shape.length);
  if (constant && shape.every(isFixed)) return storeConstant(value, lowering, axes);
  return permute(plain(value, lowering), shape, axes, lowering);
}

function fromChannelsFirst(value: Value, lowering: Lowering): string {
  const rank = value.shape.length;
  const axes = axesOf('channelsFirst', rank);
  const shape = axes.map((axis) => value.shape[axis]!);
  const back = Array.from({ length: rank }, (_, axis) => axes.indexOf(axis));
  return permute(value.channelsFirst!, shape, back, lowering);
}

/** A transpose; a reshape, which moves nothing, where only sides of 1 change places. */
export function permute(name: string, shape: Shape, axes: readonly number[], lowering: Lowering): string {
  const moved = axes.filter((axis) => shape[axis] !== 1);
  const isInOrder = moved.every((axis, index) => index === 0 || axis > moved[index - 1]!);
  const result = axes.map((axis) => shape[axis]!);
  if (isInOrder) return reshaped(name, shape, result, lowering);
  return lowering.builder.node('Transpose', [name], { attributes: { perm: { ints: axes } } });
}

export function reshaped(name: string, from: Shape, to: Shape, lowering: Lowering): string {
  if (equalShapes(from, to)) return name;
  return lowering.builder.node('Reshape', [name, shapeVector(to, lowering, { canInfer: true })]);
}

/** An int64 vector of a shape, computed where it depends on the batch. One unknown side may be inferred (−1). */
export function shapeVector(
  shape: Shape,
  { builder, batchSize }: Lowering,
  { canInfer = false }: { readonly canInfer?: boolean } = {},
): string {
  const unknown = shape.filter((size) => !isFixed(size)).length;
  if (unknown === 0 || (canInfer && unknown === 1)) {
    return builder.integers(shape.map((size) => (isFixed(size) ? size : -1)));
  }
  const sides = shape.map((size) => {
    if (isFixed(size)) return builder.integers([size]);
    return size.perBatch === 1
      ? batchSize()
      : builder.node('Mul', [batchSize(), builder.integers([size.perBatch])]);
  });
  return builder.node('Concat', sides, { attributes: { axis: { int: 0 } } });
}

/** A constant with its axes in the given order, by default as they are. One number stands for sides of the batch. */
export function storeConstant(value: Value, { builder }: Lowering, axes?: readonly number[]): string {
  const { numbers, shape, parameter } = value.constant!;
  const order = axes ?? shape.map((_, axis) => axis);
  return builder.initializer({
    type: onnxType(value.dtype),
    shape: order.map((axis) => shape[axis]!),
    numbers: permuteNumbers(numbers, shape, order),
    name: parameter,
  });
}

function expandedConstant(value: Value, lowering: Lowering): string {
  const stored = storeConstant(value, lowering);
  if (value.shape.every(isFixed)) return stored;
  return lowering.builder.node('Expand', [stored, shapeVector(value.shape, lowering)]);
}

function permuteNumbers<Numbers extends Float32Array | Int32Array | Uint8Array>(
  numbers: Numbers,
  shape: readonly number[],
  axes: readonly number[],
): Numbers {
  const strides = shape.map((_, axis) => shape.slice(axis + 1).reduce((product, side) => product * side, 1));
  const sides = axes.map((axis) => shape[axis]!);
  const steps = axes.map((axis) => strides[axis]!);
  const result = numbers.slice() as Numbers;
  const at = sides.map(() => 0);
  for (let index = 0, source = 0; index < result.length; index++) {
    result[index] = numbers[source]!;
    for (let axis = sides.length - 1; axis >= 0; axis--) {
      source += steps[axis]!;
      if (++at[axis]! < sides[axis]!) break;
      source -= steps[axis]! * sides[axis]!;
      at[axis] = 0;
    }
  }
  return result;
}
