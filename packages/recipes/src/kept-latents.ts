import {
  createParameters,
  normal,
  type ParameterTree,
  type Phase,
  type RandomStream,
  tf,
} from '@tintype/core-tensor';

/** The codes of images that an autoencoder saw of late: what its latent distribution is fitted to where data are absent. */
export interface KeptLatents {
  /** [4096, latentDim], the newest first; borrowed. Before the training N(0, I). */
  readonly codes: tf.Tensor2D;
  /** The buffer `codes`, which is not trained. */
  readonly parameters: ParameterTree;
  /** Keeps the codes of every fourth batch. */
  readonly phase: Phase;
  dispose(): void;
}

const keptCodes = 4096;
/** Batches from one that is kept to the next: encoding costs a fifth of a step, and the latest hundred batches will do. */
const interval = 4;

/** `encode` borrows images [b, h, w, c] and gives codes [b, latentDim]. */
export function createKeptLatents(
  latentDim: number,
  encode: (images: tf.Tensor4D) => tf.Tensor2D,
  rng: RandomStream,
): KeptLatents {
  const { scope, parameters, dispose } = createParameters(rng);
  const variable = scope.create('codes', [keptCodes, latentDim], {
    initializer: normal(),
    isTrainable: false,
  });
  return {
    codes: variable as tf.Tensor as tf.Tensor2D,
    parameters,
    phase: {
      name: 'latents',
      interval,
      run({ images }) {
        tf.tidy(() => {
          const newest = tf.concat([encode(images as tf.Tensor4D), variable as tf.Tensor as tf.Tensor2D]);
          variable.assign(newest.slice(0, keptCodes));
        });
        return {};
      },
    },
    dispose,
  };
}
