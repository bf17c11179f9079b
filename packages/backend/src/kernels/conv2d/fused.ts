import { tf } from '../../tf.ts';
import { applyActivation, type FusedActivation, isSimpleActivation } from '../fused-activation.ts';
import { defineWasmKernel } from '../wasm-backend.ts';
import { forwardOnEngine } from './forward.ts';
import type { Conv2dAttributes } from './geometry.ts';

interface Inputs {
  x: tf.TensorInfo;
  filter: tf.TensorInfo;
  bias?: tf.TensorInfo;
  preluActivationWeights?: tf.TensorInfo;
}
type Attributes = Conv2dAttributes & FusedActivation & { dilations?: number | [number, number] };

/** tf.fused.conv2d on the engine; tfjs's own where that cannot run. */
export const fusedConv2dWasm = defineWasmKernel<Inputs, Attributes>('FusedConv2D', (call, stock) => {
  const { inputs, attrs, backend } = call;
  const { x, filter, bias } = inputs;
  const isPlain =
    attrs.dataFormat !== 'NCHW' && tf.util.sizeFromShape(x.shape) > 0 && isSimpleActivation(attrs);
  const isBias = bias === undefined || (bias.shape.length === 1 && bias.shape[0] === filter.shape[3]);
  const y = isPlain && isBias ? forwardOnEngine(backend, x, filter, bias, attrs) : undefined;
  return y ? applyActivation(backend, y, attrs) : stock(call);
});
