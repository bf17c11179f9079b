import type { Engine } from '../../engine/engine.ts';
import type { tf } from '../../tf.ts';
import type { WasmBackend } from '../wasm-backend.ts';
import type { ConvGeometry } from './geometry.ts';

/** What every pass of a convolution on the engine is told. Images are NHWC; tensors are float32. */
export interface ConvolutionCall {
  readonly backend: WasmBackend;
  readonly engine: Engine;
  readonly geometry: ConvGeometry;
}

export type ConvolutionPass = 'forward' | 'inputGradient' | 'filterGradient';

/** One way to compute the three passes. Each allocates and gives its output; none of the sizes is 0. */
export interface ConvolutionAlgorithm {
  /** Whether it computes this pass for these sizes, and well. */
  supports(pass: ConvolutionPass, geometry: ConvGeometry): boolean;
  /** y = conv(x, filter) + bias; bias, where given, is [outChannels]. */
  forward(
    call: ConvolutionCall,
    x: tf.TensorInfo,
    filter: tf.TensorInfo,
    bias: tf.TensorInfo | undefined,
  ): tf.TensorInfo;
  inputGradient(call: ConvolutionCall, dy: tf.TensorInfo, filter: tf.TensorInfo): tf.TensorInfo;
  filterGradient(call: ConvolutionCall, x: tf.TensorInfo, dy: tf.TensorInfo): tf.TensorInfo;
}
