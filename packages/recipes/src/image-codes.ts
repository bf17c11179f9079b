import { tf } from '@tintype/core-tensor';
import type { ImageSource } from './image-source.ts';
import type { HeldOutRequest, InterpolateRequest, Recipe } from './recipe.ts';

export interface CodeSampleOptions {
  /** Images decoded at once. @default 64 */
  readonly batchSize: number;
}

/** A model's way from images to codes [b, …] and back. */
export interface ImageCodes<M> {
  encode(model: M, images: tf.Tensor4D): tf.Tensor;
  decode(model: M, codes: tf.Tensor): tf.Tensor4D;
}

type CodingParts<M> = {
  heldOut(
    request: HeldOutRequest<{ readonly imageSize: number }>,
  ): ReturnType<NonNullable<Recipe['heldOut']>>;
  reconstruct(model: M, images: tf.Tensor4D): tf.Tensor4D;
  interpolate(model: M, request: InterpolateRequest): tf.Tensor4D;
};

/** What a recipe can do besides sampling where its model has codes: between two images it goes in a straight line. */
export function codingParts<M>(source: ImageSource, { encode, decode }: ImageCodes<M>): CodingParts<M> {
  return {
    heldOut: ({ files, config: { imageSize } }) => source.load({ files, split: 'test', imageSize }),
    reconstruct: (model, images) => tf.tidy(() => decode(model, encode(model, images))),
    interpolate: (model, { from, to, steps }) =>
      tf.tidy(() => decode(model, between(encode(model, from), encode(model, to), steps))),
  };
}

/** [n, …] and [n, …] → [n · steps, …]: each row's first, then what lies between, then its last. */
function between(from: tf.Tensor, to: tf.Tensor, steps: number): tf.Tensor {
  const shape = [from.shape[0]! * steps, ...from.shape.slice(1)];
  const weights = tf.linspace(0, 1, steps).reshape([1, steps, ...from.shape.slice(1).map(() => 1)]);
  const start = from.expandDims(1); // [n, 1, …]
  return start.add(to.expandDims(1).sub(start).mul(weights)).reshape(shape);
}
