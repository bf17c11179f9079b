import { TintypeError, tf } from '@tintype/core-tensor';
import type { Classifier } from '../features/feature-model.ts';
import { type FeatureNetwork, featureDimension, featureImageSize } from './feature-network.ts';

/** A network under its score's name; refuses images that it was not made for. Owns the network. */
export function createFeatureClassifier(
  network: FeatureNetwork,
  identity: Pick<Classifier, 'scoreName' | 'hash' | 'classNames'>,
): Classifier {
  const read = (images: tf.Tensor4D) => {
    assertReadable(images);
    return network.read(images);
  };
  return {
    ...identity,
    dimension: featureDimension,
    read,
    features: (images) => tf.tidy(() => read(images).features),
    logits: (images) => tf.tidy(() => read(images).logits),
    dispose: () => network.dispose(),
  };
}

function assertReadable({ shape }: tf.Tensor4D): void {
  const [count, height, width, channels] = shape;
  if (shape.length === 4 && count > 0 && channels !== 1) {
    throw refusal(
      shape,
      'the network reads grey images',
      'Pass grey images, or bring a model of your own: createFeatureModel',
    );
  }
  const isOwnSize =
    shape.length === 4 && count > 0 && height === featureImageSize && width === featureImageSize;
  if (isOwnSize) return;
  throw refusal(
    shape,
    'the network reads images of one size',
    'Resize them (resizeBatches), or bring a model of your own: createFeatureModel',
  );
}

function refusal(got: readonly number[], what: string, remedy: string): TintypeError {
  const expected = `[any, ${featureImageSize}, ${featureImageSize}, 1]`;
  return new TintypeError('E_SHAPE', {
    where: 'feature network: images',
    what,
    got: `[${got.join(', ')}]`,
    expected,
    remedy,
  });
}
