import { createConv2d, type ParameterScope, tf } from '@tintype/core-tensor';
import { createLabelEmbedding } from './label-embedding.ts';
import { createMaskedConv2d } from './masked-conv2d.ts';

/** What is known at each place, [b, h, w, channels] each: of all rows above, and of the codes before it in its row. */
interface Stacks {
  readonly vertical: tf.Tensor4D;
  readonly horizontal: tf.Tensor4D;
}

export interface GatedLayerOptions {
  /** Of both stacks that come in. */
  readonly inChannels: number;
  readonly channels: number;
  /** Odd; the vertical kernel is a square of it, the horizontal one a row. */
  readonly kernelSize: number;
  /** `A` hides a place from itself: for the first layer. `B` shows it, which by then holds nothing of its own code. */
  readonly mask: 'A' | 'B';
  /** null: no condition. */
  readonly numClasses: number | null;
}

export type GatedLayer = (stacks: Stacks, labels?: tf.Tensor1D) => Stacks;

/**
 * Van den Oord et al. (2016), arXiv:1606.05328, figure 2: y = tanh(W_f ∗ x + V_f h) ⊙ σ(W_g ∗ x + V_g h) in each stack; the
 * vertical one tells the horizontal one what it sees, never the other way, and mask B adds the horizontal one to itself.
 */
export function createGatedLayer(scope: ParameterScope, options: GatedLayerOptions): GatedLayer {
  const { inChannels, channels, kernelSize, mask, numClasses } = options;
  const shown = (kernelSize - 1) / 2 + (mask === 'A' ? 0 : 1);
  const stack = (name: string, height: number, open: readonly [number, number]) => {
    const kernel = [height, kernelSize] as const;
    const conv = { inChannels, outChannels: 2 * channels, kernelSize: kernel, open };
    return createMaskedConv2d(scope.child(name), conv);
  };
  const lookUp = stack('vertical', kernelSize, [shown, kernelSize]);
  const lookLeft = stack('horizontal', 1, [1, shown]);
  const pointwise = (name: string, from: number, to: number) =>
    createConv2d(scope.child(name), { inChannels: from, outChannels: to, kernelSize: 1 });
  const tell = pointwise('vertical_to_horizontal', 2 * channels, 2 * channels);
  const mix = pointwise('horizontal_out', channels, channels);
  const gateOf = (name: string) => {
    const size = 2 * channels;
    const embed =
      numClasses === null ? undefined : createLabelEmbedding(scope.child(name), { numClasses, size });
    return (x: tf.Tensor4D, labels?: tf.Tensor1D) =>
      gate(embed && labels ? x.add(embed(labels).expandDims(1)) : x);
  };
  const [gateVertical, gateHorizontal] = [gateOf('vertical_label'), gateOf('horizontal_label')];

  return ({ vertical, horizontal }, labels) =>
    tf.tidy(() => {
      const above = lookUp(vertical); // [b, h, w, 2·channels]
      const before = lookLeft(horizontal).add<tf.Tensor4D>(tell(above));
      const mixed = mix(gateHorizontal(before, labels)); // [b, h, w, channels]
      return {
        vertical: gateVertical(above, labels),
        horizontal: mask === 'B' ? mixed.add<tf.Tensor4D>(horizontal) : mixed,
      };
    });
}

function gate(x: tf.Tensor4D): tf.Tensor4D {
  const [feature, opening] = tf.split(x, 2, 3);
  return tf.tanh(feature!).mul(tf.sigmoid(opening!));
}
