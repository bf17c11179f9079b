import {
  axesOf,
  type Form,
  formOf,
  inForm,
  type KernelCall,
  type Lowered,
  type Lowering,
  type LowerKernel,
  onnxType,
  permute,
  plain,
  reshaped,
  shapeVector,
  storeConstant,
  type Value,
} from '../lowering.ts';
import { typeCodes } from '../model.ts';
import { isFixed, type Shape } from '../size.ts';
import { numberOf } from './attributes.ts';

/** Names of the operands of a kernel, ready to be broadcast, and the name of its result. */
type Emit = (operands: string[], call: KernelCall, lowering: Lowering) => string;

/** Lowers a kernel that works on each number by itself, in the form in which its operands are there. */
function elementwise(emit: Emit): LowerKernel {
  return (call, lowering) => {
    const operands = Object.values(call.inputs);
    const { shape } = call.outputs[0]!;
    const isPreferred = (value: Value) => value.shape.length === shape.length && !value.constant;
    const form = operands.some((value) => isPreferred(value) && formOf(value) === 'channelsFirst')
      ? 'channelsFirst'
      : 'plain';
    const names = operands.map((value) => operand(value, operands, shape, form, lowering));
    return [{ [form]: emit(names, call, lowering) }];
  };
}

/** An operand in a form of the result's rank; constants stay as small as broadcasting lets them be. */
function operand(value: Value, all: readonly Value[], result: Shape, form: Form, lowering: Lowering): string {
  const padding = result.length - value.shape.length;
  if (value.constant) {
    const { shape } = value.constant;
    if (!isCovered(value, all, result)) return inForm(value, padding === 0 ? form : 'plain', lowering);
    if (form === 'plain' || shape.every((side) => side === 1)) return storeConstant(value, lowering);
    const padded = { ...value.constant, shape: [...Array<number>(padding).fill(1), ...shape] };
    return storeConstant({ ...value, constant: padded }, lowering, axesOf(form, result.length));
  }
  if (padding === 0 || form === 'plain') return inForm(value, padding === 0 ? form : 'plain', lowering);
  const padded = [...Array<number>(padding).fill(1), ...value.shape];
  const name = reshaped(plain(value, lowering), value.shape, padded, lowering);
  return permute(name, padded, axesOf(form, result.length), lowering);
}

/** Whether another operand brings the sides that depend on the batch. */
function isCovered(value: Value, all: readonly Value[], result: Shape): boolean {
  const others = all.filter((other) => !other.constant);
  return value.shape.every((size, axis) => {
    if (isFixed(size)) return true;
    const fromEnd = value.shape.length - axis;
    const other = others.some(({ shape }) => !isFixed(shape[shape.length - fromEnd] ?? 1));
    return other && result.length >= fromEnd;
  });
}

const same =
  (opType: string): Emit =>
  (operands, _call, { builder }) =>
    builder.node(opType, operands);

const unary = {
  Abs: 'Abs',
  Cos: 'Cos',
  Erf: 'Erf',
  Exp: 'Exp',
  Floor: 'Floor',
  Ceil: 'Ceil',
  Elu: 'Elu',
  Log: 'Log',
  LogicalNot: 'Not',
  Neg: 'Neg',
  Reciprocal: 'Reciprocal',
  Relu: 'Relu',
  Round: 'Round',
  Selu: 'Selu',
  Sigmoid: 'Sigmoid',
  Sign: 'Sign',
  Sin: 'Sin',
  Softplus: 'Softplus',
  Sqrt: 'Sqrt',
  Tanh: 'Tanh',
} as const;

const binary = {
  Add: 'Add',
  Equal: 'Equal',
  Greater: 'Greater',
  GreaterEqual: 'GreaterOrEqual',
  Less: 'Less',
  LessEqual: 'LessOrEqual',
  LogicalAnd: 'And',
  LogicalOr: 'Or',
  Maximum: 'Max',
  Minimum: 'Min',
  Multiply: 'Mul',
  Pow: 'Pow',
  Prelu: 'PRelu',
  RealDiv: 'Div',
  Sub: 'Sub',
} as const;

const renamed = Object.entries({ ...unary, ...binary, AddN: 'Sum', Select: 'Where' }).map(
  ([kernelName, opType]) => [kernelName, elementwise(same(opType))] as const,
);

function scalar(value: number, { inputs }: KernelCall, { builder }: Lowering): string {
  const type = onnxType(Object.values(inputs)[0]!.dtype);
  const numbers = type === 'float32' ? Float32Array.of(value) : Int32Array.of(value);
  return builder.initializer({ type, shape: [], numbers });
}

const passOn: LowerKernel = ({ inputs }) => [inputs.x!];

const like =
  (value: number): LowerKernel =>
  (call, lowering) => {
    const shape = shapeVector(call.outputs[0]!.shape, lowering);
    return [{ plain: lowering.builder.node('Expand', [scalar(value, call, lowering), shape]) }];
  };

const cast: LowerKernel = (call, lowering): Lowered[] => {
  const x = call.inputs.x!;
  const { dtype } = call.outputs[0]!;
  if (dtype === x.dtype) return [x];
  const attributes = { to: { int: typeCodes[onnxType(dtype)] } };
  const form = formOf(x);
  return [{ [form]: lowering.builder.node('Cast', [inForm(x, form, lowering)], { attributes }) }];
};

/** ⌊a / b⌋, for int32 too, where ONNX's Div rounds towards zero. */
const floorDiv: Emit = (operands, { inputs, outputs }, { builder }) => {
  const isFloat = Object.values(inputs).every(({ dtype }) => dtype === 'float32');
  const to = (code: number, name: string) =>
    builder.node('Cast', [name], { attributes: { to: { int: code } } });
  const quotient = builder.node(
    'Div',
    isFloat ? operands : operands.map((name) => to(typeCodes.float32, name)),
  );
  const floor = builder.node('Floor', [quotient]);
  return outputs[0]!.dtype === 'float32' ? floor : to(typeCodes.int32, floor);
};

/** Kernels that work on each number by itself. */
export const elementwiseKernels: Readonly<Record<string, LowerKernel>> = {
  ...Object.fromEntries(renamed),
  Cast: cast,
  ClipByValue: elementwise(([x], call, lowering) => {
    const bounds = ['clipValueMin', 'clipValueMax'].map((name) => numberOf(call, name));
    return lowering.builder.node('Clip', [x!, ...bounds.map((bound) => scalar(bound, call, lowering))]);
  }),
  Expm1: elementwise(([x], call, lowering) =>
    lowering.builder.node('Sub', [lowering.builder.node('Exp', [x!]), scalar(1, call, lowering)]),
  ),
  FloorDiv: elementwise(floorDiv),
  Identity: passOn,
  LeakyRelu: elementwise(([x], call, { builder }) =>
    builder.node('LeakyRelu', [x!], { attributes: { alpha: { float: numberOf(call, 'alpha') } } }),
  ),
  Log1p: elementwise(([x], call, lowering) =>
    lowering.builder.node('Log', [lowering.builder.node('Add', [x!, scalar(1, call, lowering)])]),
  ),
  NotEqual: elementwise((operands, _call, { builder }) =>
    builder.node('Not', [builder.node('Equal', operands)]),
  ),
  OnesLike: like(1),
  Relu6: elementwise(([x], call, lowering) =>
    lowering.builder.node('Clip', [x!, scalar(0, call, lowering), scalar(6, call, lowering)]),
  ),
  Rsqrt: elementwise(([x], _call, { builder }) => builder.node('Reciprocal', [builder.node('Sqrt', [x!])])),
  Square: elementwise(([x], _call, { builder }) => builder.node('Mul', [x!, x!])),
  SquaredDifference: elementwise((operands, _call, { builder }) => {
    const difference = builder.node('Sub', operands);
    return builder.node('Mul', [difference, difference]);
  }),
  Step: elementwise(([x], call, lowering) => {
    const isAbove = lowering.builder.node('Greater', [x!, scalar(0, call, lowering)]);
    const below = scalar(numberOf(call, 'alpha'), call, lowering);
    return lowering.builder.node('Where', [isAbove, scalar(1, call, lowering), below]);
  }),
  TintypeSilu: elementwise(([x], _call, { builder }) =>
    builder.node('Mul', [x!, builder.node('Sigmoid', [x!])]),
  ),
  ZerosLike: like(0),
};
