import { exportRefused } from '../export-refused.ts';
import { type LowerKernel, onnxType, plain } from '../lowering.ts';
import { numberOf } from './attributes.ts';
import { layerName } from './convolutions.ts';

const gather: LowerKernel = (call, lowering) => {
  const { x, indices } = call.inputs;
  if (numberOf(call, 'batchDims') !== 0) throw exportRefused('gather is exported without batchDims');
  const attributes = { axis: { int: numberOf(call, 'axis') } };
  const operands = [plain(x!, lowering), plain(indices!, lowering)];
  return [{ plain: lowering.builder.node('Gather', operands, { attributes, name: layerName(x!) }) }];
};

/** onnxruntime's OneHot takes few types, so each index is compared with 0 … depth − 1. */
const oneHot: LowerKernel = (call, lowering) => {
  const { builder } = lowering;
  const type = onnxType(call.outputs[0]!.dtype);
  const one = (name: string) => {
    const value = numberOf(call, name);
    const numbers = type === 'float32' ? Float32Array.of(value) : Int32Array.of(value);
    return builder.initializer({ type, shape: [], numbers });
  };
  const depth = numberOf(call, 'depth');
  const columns = builder.initializer({
    type: 'int32',
    shape: [depth],
    numbers: Int32Array.from({ length: depth }, (_, column) => column),
  });
  const indices = builder.node('Unsqueeze', [plain(call.inputs.indices!, lowering), builder.integers([-1])]);
  const isHot = builder.node('Equal', [indices, columns]);
  return [{ plain: builder.node('Where', [isHot, one('onValue'), one('offValue')]) }];
};

/** Kernels that take rows of a table. */
export const lookupKernels: Readonly<Record<string, LowerKernel>> = {
  GatherV2: gather,
  OneHot: oneHot,
};
