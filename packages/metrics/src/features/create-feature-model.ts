import { sha256, TintypeError, tf } from '@tintype/core-tensor';
import type { FeatureModel } from './feature-model.ts';

interface FeatureModelParts {
  /** A name that says what the score reads with, for example `FID-Inception-v3-mine`; never plain FID. */
  readonly scoreName: string;
  /** Length of a feature vector. */
  readonly dimension: number;
  /** Images [b, h, w, c] in [-1, 1] → features [b, dimension]; it borrows the images and gives its result. */
  readonly features: (images: tf.Tensor4D) => tf.Tensor2D;
  /** Frees what the model holds. @default nothing */
  readonly dispose?: () => void;
}

/** Which weights it is: the bytes of their file, or the first 16 hexadecimal digits of the SHA-256 of it. */
type FeatureModelIdentity = { readonly weights: Uint8Array } | { readonly hash: string };

export type FeatureModelOptions = FeatureModelParts & FeatureModelIdentity;

/** A feature model of your own. Throws `E_CONFIG` for a name, hash or dimension that cannot be meant. */
export async function createFeatureModel(options: FeatureModelOptions): Promise<FeatureModel> {
  const { scoreName, dimension, features, dispose } = options;
  if (/^\s*(fid)?\s*$/i.test(scoreName)) {
    throw refusal('scoreName', 'a score says what it reads with', scoreName, 'for example FID-LeNet');
  }
  if (!(Number.isSafeInteger(dimension) && dimension >= 1)) {
    throw refusal('dimension', 'a feature vector has a length', dimension, 'an integer ≥ 1');
  }
  const hash = 'weights' in options ? (await sha256(options.weights)).slice(0, 16) : options.hash;
  if (!/^[0-9a-f]{16}$/.test(hash)) {
    throw refusal('hash', 'a hash is the beginning of a SHA-256', hash, '16 hexadecimal digits');
  }
  return {
    scoreName,
    dimension,
    hash,
    features: (images) => tf.tidy(() => features(images)),
    dispose: () => dispose?.(),
  };
}

function refusal(name: string, what: string, got: unknown, expected: string): TintypeError {
  return new TintypeError('E_CONFIG', { where: `createFeatureModel: ${name}`, what, got, expected });
}
