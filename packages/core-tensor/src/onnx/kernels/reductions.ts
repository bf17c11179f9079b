import {
  axisIn,
  type Form,
  formOf,
  inForm,
  type KernelCall,
  type LowerKernel,
  plain,
  type Value,
} from '../lowering.ts';
import { typeCodes } from '../model.ts';
import { flagOf, numberOf, numbersOf } from './attributes.ts';

const softmax =
  (opType: 'Softmax' | 'LogSoftmax'): LowerKernel =>
  (call, lowering) => {
    const x = call.inputs.logits!;
    const form = formOf(x);
    const axis = axisIn(form, -1, x.shape.length);
    const options = { attributes: { axis: { int: axis } } };
    return [{ [form]: lowering.builder.node(opType, [inForm(x, form, lowering)], options) }];
  };

const reduce =
  (opType: string): LowerKernel =>
  (call, lowering) => {
    const x = call.inputs.x!;
    const rank = x.shape.length;
    const axes = reducedAxes(call, rank);
    const keepsAxes = flagOf(call, 'keepDims');
    const { form, result } = reducedForm(x, axes, keepsAxes);
    const { builder } = lowering;
    const inputs = [
      inForm(x, form, lowering),
      builder.integers(axes.map((axis) => axisIn(form, axis, rank))),
    ];
    const attributes = { keepdims: { int: keepsAxes ? 1 : 0 } };
    return [{ [result]: builder.node(opType, inputs, { attributes }) }];
  };

function reducedAxes(call: KernelCall, rank: number): number[] {
  // tfjs's Max has a name of its own for them.
  const name = call.kernelName === 'Max' ? 'reductionIndices' : 'axis';
  const axes = numbersOf(call, name).map((axis) => (axis + rank) % rank);
  return axes.length > 0 ? axes : Array.from({ length: rank }, (_, axis) => axis);
}

/** Channels first where x lies so and the axes that are left come in their plain order. */
function reducedForm(
  x: Value,
  axes: readonly number[],
  keepsAxes: boolean,
): { readonly form: Form; readonly result: Form } {
  const form = formOf(x);
  if (form === 'plain' || keepsAxes) return { form, result: form };
  const rank = x.shape.length;
  const left = Array.from({ length: rank }, (_, axis) => axis).filter((axis) => !axes.includes(axis));
  const places = left.map((axis) => axisIn(form, axis, rank));
  const isInOrder = places.every((place, index) => index === 0 || place > places[index - 1]!);
  return { form: isInOrder ? form : 'plain', result: 'plain' };
}

const indexOfLargest =
  (opType: 'ArgMax' | 'ArgMin'): LowerKernel =>
  (call, lowering) => {
    const { builder } = lowering;
    const attributes = { axis: { int: numberOf(call, 'axis') }, keepdims: { int: 0 } };
    const index = builder.node(opType, [plain(call.inputs.x!, lowering)], { attributes });
    return [{ plain: builder.node('Cast', [index], { attributes: { to: { int: typeCodes.int32 } } }) }];
  };

const cumulativeSum: LowerKernel = (call, lowering) => {
  const { builder } = lowering;
  const axis = builder.initializer({
    type: 'int32',
    shape: [],
    numbers: Int32Array.of(numberOf(call, 'axis')),
  });
  const attributes = {
    exclusive: { int: +flagOf(call, 'exclusive') },
    reverse: { int: +flagOf(call, 'reverse') },
  };
  return [{ plain: builder.node('CumSum', [plain(call.inputs.x!, lowering), axis], { attributes }) }];
};

/** Kernels that sum, or take the largest, over axes. */
export const reductionKernels: Readonly<Record<string, LowerKernel>> = {
  ArgMax: indexOfLargest('ArgMax'),
  ArgMin: indexOfLargest('ArgMin'),
  Cumsum: cumulativeSum,
  LogSoftmax: softmax('LogSoftmax'),
  Max: reduce('ReduceMax'),
  Mean: reduce('ReduceMean'),
  Min: reduce('ReduceMin'),
  Prod: reduce('ReduceProd'),
  Softmax: softmax('Softmax'),
  Sum: reduce('ReduceSum'),
};
