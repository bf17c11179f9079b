import { exportRefused } from '../export-refused.ts';
import {
  axesOf,
  axisIn,
  type Form,
  formOf,
  inForm,
  type KernelCall,
  type Lowering,
  type LowerKernel,
  onnxType,
  plain,
  reshaped,
  shapeVector,
  type Value,
} from '../lowering.ts';
import { describeShape, equalShapes, equalSizes, fixedShape, isFixed } from '../size.ts';
import { numberOf, numbersOf, pairsOf } from './attributes.ts';

/** The last position of an int64 axis, whatever its length. */
const farEnd = Number.MAX_SAFE_INTEGER;

const reshape: LowerKernel = ({ inputs, outputs }, lowering) => {
  const x = inputs.x!;
  const { shape } = outputs[0]!;
  if (equalShapes(x.shape, shape)) return [x];
  const isBetween =
    equalSizes(x.shape[0] ?? 0, shape[0] ?? 0) && equalSizes(x.shape.at(-1) ?? 0, shape.at(-1) ?? 0);
  const form: Form =
    isBetween && x.shape.length > 2 && shape.length > 2 && formOf(x) === 'channelsFirst'
      ? 'channelsFirst'
      : 'plain';
  const inOrder = (sizes: Value['shape']) => axesOf(form, sizes.length).map((axis) => sizes[axis]!);
  return [{ [form]: reshaped(inForm(x, form, lowering), inOrder(x.shape), inOrder(shape), lowering) }];
};

const transpose: LowerKernel = (call, lowering) => {
  const perm = numbersOf(call, 'perm');
  const attributes = { perm: { ints: perm } };
  return [{ plain: lowering.builder.node('Transpose', [plain(call.inputs.x!, lowering)], { attributes }) }];
};

/** The form of the first tensor that is not a constant. */
function commonForm(values: readonly Value[]): Form {
  return values.some((value) => !value.constant && formOf(value) === 'channelsFirst')
    ? 'channelsFirst'
    : 'plain';
}

const concat: LowerKernel = (call, lowering) => {
  const parts = Object.values(call.inputs);
  const form = commonForm(parts);
  const axis = axisIn(form, numberOf(call, 'axis'), call.outputs[0]!.shape.length);
  const names = parts.map((part) => inForm(part, form, lowering));
  return [{ [form]: lowering.builder.node('Concat', names, { attributes: { axis: { int: axis } } }) }];
};

const split: LowerKernel = (call, lowering) => {
  const x = call.inputs.x!;
  const rank = x.shape.length;
  const axis = (numberOf(call, 'axis') + rank) % rank;
  const sizes = fixedShape(
    call.outputs.map(({ shape }) => shape[axis]!),
    'the axis that is split',
  );
  const form = formOf(x);
  const attributes = { axis: { int: axisIn(form, axis, rank) } };
  const inputs = [inForm(x, form, lowering), lowering.builder.integers(sizes)];
  const names = lowering.builder.nodes('Split', inputs, { attributes, outputCount: sizes.length });
  return names.map((name) => ({ [form]: name }));
};

const slice: LowerKernel = (call, lowering) => {
  const x = call.inputs.x!;
  const begin = numbersOf(call, 'begin');
  const { shape } = call.outputs[0]!;
  const cut = shape.flatMap((size, axis) => {
    if (equalSizes(size, x.shape[axis]!)) return [];
    if (isFixed(size)) return [{ axis, start: begin[axis]!, end: begin[axis]! + size }];
    throw exportRefused('a slice must not depend on the batch size', { got: describeShape(shape) });
  });
  return cut.length === 0 ? [x] : [sliceAxes(x, cut, lowering)];
};

interface Cut {
  readonly axis: number;
  readonly start: number;
  readonly end: number;
  readonly step?: number;
}

function sliceAxes(x: Value, cuts: readonly Cut[], lowering: Lowering) {
  const form = formOf(x);
  const { builder } = lowering;
  const inputs = [
    inForm(x, form, lowering),
    builder.integers(cuts.map(({ start }) => start)),
    builder.integers(cuts.map(({ end }) => end)),
    builder.integers(cuts.map(({ axis }) => axisIn(form, axis, x.shape.length))),
    ...(cuts.some(({ step }) => step) ? [builder.integers(cuts.map(({ step = 1 }) => step))] : []),
  ];
  return { [form]: builder.node('Slice', inputs) };
}

const reverse: LowerKernel = (call, lowering) => {
  const cuts = numbersOf(call, 'dims').map((axis) => ({ axis, start: -1, end: -farEnd, step: -1 }));
  return [sliceAxes(call.inputs.x!, cuts, lowering)];
};

const pad =
  (mode: 'constant' | 'reflect'): LowerKernel =>
  (call, lowering) => {
    const x = call.inputs.x!;
    if (mode === 'reflect' && call.attributes.mode !== 'reflect') {
      throw exportRefused('mirrorPad is exported for mode reflect only', { got: call.attributes.mode });
    }
    const form = formOf(x);
    const { builder } = lowering;
    const pairs = pairsOf(call, 'paddings');
    const ordered = axesOf(form, x.shape.length).map((axis) => pairs[axis]!);
    const pads = builder.integers([
      ...ordered.map(([before]) => before),
      ...ordered.map(([, after]) => after),
    ]);
    const inputs = [inForm(x, form, lowering), pads];
    if (mode === 'constant') inputs.push(paddingValue(numberOf(call, 'constantValue'), x, lowering));
    return [{ [form]: builder.node('Pad', inputs, { attributes: { mode: { string: mode } } }) }];
  };

function paddingValue(value: number, { dtype }: Value, { builder }: Lowering): string {
  const type = onnxType(dtype);
  const numbers = type === 'float32' ? Float32Array.of(value) : Int32Array.of(value);
  return builder.initializer({ type, shape: [], numbers });
}

const tile: LowerKernel = (call, lowering) => {
  const { shape } = call.outputs[0]!;
  const sides = call.inputs.x!.shape;
  if (sides.every((side, axis) => side === 1 || equalSizes(side, shape[axis]!)))
    return broadcast(call, lowering);
  const repeats = lowering.builder.integers(numbersOf(call, 'reps'));
  return [{ plain: lowering.builder.node('Tile', [plain(call.inputs.x!, lowering), repeats]) }];
};

const broadcast: LowerKernel = ({ inputs, outputs }, lowering) => {
  const shape = shapeVector(outputs[0]!.shape, lowering);
  return [{ plain: lowering.builder.node('Expand', [plain(inputs.x!, lowering), shape]) }];
};

const pack: LowerKernel = (call, lowering) => {
  const axis = numberOf(call, 'axis');
  const { builder } = lowering;
  const parts = Object.values(call.inputs).map((part) =>
    builder.node('Unsqueeze', [plain(part, lowering), builder.integers([axis])]),
  );
  return [{ plain: builder.node('Concat', parts, { attributes: { axis: { int: axis } } }) }];
};

const unpack: LowerKernel = (call, lowering) => {
  const axis = numberOf(call, 'axis');
  const { builder } = lowering;
  const value = plain(call.inputs.value!, lowering);
  const sizes = builder.integers(call.outputs.map(() => 1));
  const options = { attributes: { axis: { int: axis } }, outputCount: call.outputs.length };
  const parts = builder.nodes('Split', [value, sizes], options);
  return parts.map((part) => ({ plain: builder.node('Squeeze', [part, builder.integers([axis])]) }));
};

/** Kernels that move numbers and change none. */
export const shapeKernels: Readonly<Record<string, LowerKernel>> = {
  BroadcastTo: broadcast,
  Concat: concat,
  ExpandDims: (call: KernelCall, lowering) =>
    reshape({ ...call, inputs: { x: call.inputs.input! } }, lowering),
  MirrorPad: pad('reflect'),
  Pack: pack,
  PadV2: pad('constant'),
  Reshape: reshape,
  Reverse: reverse,
  Slice: slice,
  SplitV: split,
  Tile: tile,
  Transpose: transpose,
  Unpack: unpack,
};
