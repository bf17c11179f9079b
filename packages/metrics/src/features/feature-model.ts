import type { tf } from '@tintype/core-tensor';

/** What scores read images with. Any network of your own will do; figures of two models do not compare. */
export interface FeatureModel {
  /** What its Fréchet distance is called, for example `FID-LeNet`; never plain FID. */
  readonly scoreName: string;
  /** First 16 hexadecimal digits of the SHA-256 of its weights, printed beside every score. */
  readonly hash: string;
  readonly dimension: number;
  /** Images [b, h, w, c] in [-1, 1] → features [b, dimension]. */
  features(images: tf.Tensor4D): tf.Tensor2D;
  dispose(): void;
}

/** A feature model that also names what it sees. */
export interface Classifier extends FeatureModel {
  readonly classNames: readonly string[];
  /** Images [b, h, w, c] in [-1, 1] → logits [b, classes]. */
  logits(images: tf.Tensor4D): tf.Tensor2D;
  /** Both from one pass, where the network can. The caller frees them. */
  read?(images: tf.Tensor4D): { readonly features: tf.Tensor2D; readonly logits: tf.Tensor2D };
}
