import {
  createEmbedding,
  createLayerNorm,
  createLinear,
  normal,
  type ParameterScope,
  tf,
} from '@tintype/core-tensor';
import type { CodePriorConfig } from './config.ts';
import { createLabelEmbedding } from './label-embedding.ts';
import type { CodeNetwork } from './pixel-cnn.ts';
import { createTransformerBlock } from './transformer-block.ts';

/**
 * A transformer over the codes in reading order. Token i holds code i − 1, a learned start at i = 0, with a vector of its
 * row and one of its column, and with that of the label where there is one. Parameters `token_embedding`, `start_token`,
 * `row_embedding`, `column_embedding`, `label_embedding`, `blocks.<i>`, `norm_out`, `head`.
 */
export function createTransformer(scope: ParameterScope, config: CodePriorConfig): CodeNetwork {
  const { height, width, codebookSize, hiddenChannels: channels, layers, heads, numClasses } = config;
  const initializer = normal(0.02);
  const embed = createEmbedding(scope.child('token_embedding'), {
    count: codebookSize,
    size: channels,
    initializer,
  });
  const startToken = scope.create('start_token', [channels], { initializer });
  const rowTable = scope.create('row_embedding', [height, channels], { initializer });
  const columnTable = scope.create('column_embedding', [width, channels], { initializer });
  const embedLabels =
    numClasses === null
      ? undefined
      : createLabelEmbedding(scope.child('label_embedding'), { numClasses, size: channels });
  const blocks = Array.from({ length: layers }, (_, index) =>
    createTransformerBlock(scope.child(`blocks.${index}`), { channels, heads }),
  );
  const norm = createLayerNorm(scope.child('norm_out'), { features: channels });
  const head = createLinear(scope.child('head'), { inFeatures: channels, outFeatures: codebookSize });

  /** [1, rows·width, channels] */
  const placesOf = (rows: number) => {
    const ofRow = rowTable.slice([0, 0], [rows, channels]).reshape([rows, 1, channels]);
    return ofRow.add(columnTable).reshape([1, rows * width, channels]);
  };

  return (codes, labels) =>
    tf.tidy(() => {
      const [batch, rows] = codes.shape;
      const before = codes.reshape<tf.Tensor2D>([batch, -1]).slice([0, 0], [batch, rows * width - 1]);
      const start = tf.tile(startToken.reshape<tf.Tensor3D>([1, 1, channels]), [batch, 1, 1]);
      // Shifted by one, so that a token knows the codes before its place and not the one there.
      const shifted = before.size > 0 ? tf.concat3d([start, embed(before) as tf.Tensor3D], 1) : start;
      const placed = shifted.add<tf.Tensor3D>(placesOf(rows)); // [b, rows·width, channels]
      const tokens = embedLabels && labels ? placed.add<tf.Tensor3D>(embedLabels(labels)) : placed;
      const seen = blocks.reduce((x, block) => block(x), tokens);
      return head(norm(seen)).reshape([batch, rows, width, codebookSize]);
    });
}
