import {
  computeGradients,
  createParameters,
  createRandomStream,
  type Losses,
  tf,
} from '@tintype/core-tensor';
import { describeOnBackends, loadReference } from '@tintype/core-tensor/testing';
import { expect, test } from 'vitest';
import { defaultVectorQuantizerConfig, type VectorQuantizerConfig } from './config.ts';
import { createVectorQuantizer, type VectorQuantizerOptions } from './vector-quantizer.ts';

// fixtures/reference/README.md: losses 1e-5, gradients 1e-3 of the largest entry.
const lossTolerance = { rtol: 1e-5, atol: 1e-6 };
const gradientTolerance = { rtol: 1e-3, atol: 1e-6 };

const reference = await loadReference('losses/vq.safetensors');

function read<T extends tf.Tensor>(name: string): T {
  const { data, shape } = reference.get(name)!;
  return tf.tensor(data, [...shape], data instanceof Int32Array ? 'int32' : 'float32') as T;
}

const fromNchw = (name: string) =>
  tf.tidy(() => read<tf.Tensor4D>(name).transpose<tf.Tensor4D>([0, 2, 3, 1]));

const referenceConfig: VectorQuantizerConfig = {
  ...defaultVectorQuantizerConfig,
  codebookSize: 6,
  embeddingDim: 3,
  codebookUpdate: 'loss',
  reviveBelow: 0,
};

/** A quantiser alone, under the name that models give it. */
function create(config: Partial<VectorQuantizerConfig> = {}, options: VectorQuantizerOptions = {}) {
  const { scope, parameters, dispose } = createParameters(createRandomStream(1));
  const full = { ...referenceConfig, ...config };
  const quantizer = createVectorQuantizer(scope.child('quantize'), full, options);
  return { quantizer, parameters, dispose };
}

const startingAt = (name: string): VectorQuantizerOptions => ({ initializer: () => read(name) });

describeOnBackends(
  'the vector quantiser beside its references',
  () => {
    test.each([
      ['legacy_True', 'codebook'],
      ['legacy_False', 'commitment'],
    ] as const)('loss, codes and gradients equal those of diffusers (%s)', async (name, betaOn) => {
      const { quantizer, parameters, dispose } = create({ betaOn }, startingAt('codebook'));
      const latents = read<tf.Tensor4D>('z_nhwc');
      const target = fromNchw('pythae.target');
      const total = (z: tf.Tensor): Losses => {
        const { quantized, loss } = quantizer.quantize(z as tf.Tensor4D);
        return { total: loss.add(quantized.mul(target).mean()), loss };
      };
      const { losses, gradients } = computeGradients(() => total(latents), parameters);
      await expect(losses.loss!).toBeAllClose(read(`diffusers.${name}.loss`), lossTolerance);
      await expect(gradients['quantize.embedding.weight']!).toBeAllClose(
        read(`diffusers.${name}.grad_codebook`),
        gradientTolerance,
      );
      await expect(tf.grad((z) => total(z).total)(latents)).toBeAllClose(
        fromNchw(`diffusers.${name}.grad_z_nchw`),
        gradientTolerance,
      );
      const { quantized, codeIndices } = quantizer.quantize(latents);
      await expect(quantized).toBeAllClose(fromNchw(`diffusers.${name}.quantized_nchw`), lossTolerance);
      await expect(codeIndices).toBeAllClose(reference.get(`diffusers.${name}.indices`)!.data, {
        rtol: 0,
        atol: 0,
      });
      dispose();
    });
  },
  { backends: ['cpu', 'wasm', 'webgpu'] },
);
