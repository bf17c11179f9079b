import { exportRefused } from '../export-refused.ts';
import { type LowerKernel, plain } from '../lowering.ts';
import { numberOf } from './attributes.ts';
import { layerName } from './convolutions.ts';

const gather: LowerKernel = (call, lowering) => {
  const { x, indices } = call.inputs;
  if (numberOf(call, 'batchDims') !== 0) throw exportRefused('gather is exported without batchDims');
  const attributes = { axis: { int: numberOf(call, 'axis') } };
  const operands = [plain(x!, lowering), plain(indices!, lowering)];
  return [{ plain: lowering.builder.node('Gather', operands, { attributes, name: layerName(x!) }) }];
};

const oneHot: LowerKernel = (call, lowering) => {
  const { builder } = lowering;
  const isFloat = call.outputs[0]!.dtype === 'float32';
  const pair = [numberOf(call, 'offValue'), numberOf(call, 'onValue')];
  const values = builder.initializer({
    type: isFloat ? 'float32' : 'int32',
    shape: [2],
    numbers: isFloat ? Float32Array.from(pair) : Int32Array.from(pair),
  });
  const depth = builder.integers([numberOf(call, 'depth')]);
  const operands = [plain(call.inputs.indices!, lowering), depth, values];
  return [{ plain: builder.node('OneHot', operands, { attributes: { axis: { int: -1 } } }) }];
};

/** Kernels that take rows of a table. */
export const lookupKernels: Readonly<Record<string, LowerKernel>> = {
  GatherV2: gather,
  OneHot: oneHot,
};
