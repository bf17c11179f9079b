import { createConv2d, createEmbedding, type ParameterScope, tf } from '@tintype/core-tensor';
import type { CodePriorConfig } from './config.ts';
import { createGatedLayer } from './gated-layer.ts';

/** Codes int32 [b, rows, width], labels int32 [b] → logits [b, rows, width, codebookSize], each of codes before it. */
export type CodeNetwork = (codes: tf.Tensor3D, labels?: tf.Tensor1D) => tf.Tensor4D;

const firstKernel = 5;
const kernel = 3;

/**
 * The gated PixelCNN of van den Oord et al. (2016), arXiv:1606.05328, whose two stacks leave no blind spot. Codes come in
 * through a table of vectors. Parameters `embedding`, `layers.<i>`, `head.<0|1>`.
 */
export function createPixelCnn(scope: ParameterScope, config: CodePriorConfig): CodeNetwork {
  const { codebookSize, hiddenChannels: channels, layers: depth, numClasses } = config;
  const embed = createEmbedding(scope.child('embedding'), { count: codebookSize, size: channels });
  const layers = Array.from({ length: depth }, (_, index) => {
    const first = { kernelSize: firstKernel, mask: 'A' } as const;
    const later = { kernelSize: kernel, mask: 'B' } as const;
    const place = index === 0 ? first : later;
    return createGatedLayer(scope.child(`layers.${index}`), {
      inChannels: channels,
      channels,
      numClasses,
      ...place,
    });
  });
  const pointwise = (name: string, outChannels: number) =>
    createConv2d(scope.child(name), { inChannels: channels, outChannels, kernelSize: 1 });
  const [hidden, head] = [pointwise('head.0', channels), pointwise('head.1', codebookSize)];

  return (codes, labels) =>
    tf.tidy(() => {
      const vectors = embed(codes) as tf.Tensor4D; // [b, rows, width, channels]
      const start = { vertical: vectors, horizontal: vectors };
      const { horizontal } = layers.reduce((stacks, layer) => layer(stacks, labels), start);
      return head(hidden(horizontal.relu()).relu()); // [b, rows, width, codebookSize]
    });
}
