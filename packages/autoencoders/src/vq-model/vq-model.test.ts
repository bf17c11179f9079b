import { computeGradients, createRandomStream, tf } from '@tintype/core-tensor';
import { describeOnBackends, expectNoLeaks } from '@tintype/core-tensor/testing';
import { expect, test } from 'vitest';
import type { VqModelConfig } from './config.ts';
import { vqModelLoss } from './loss.ts';
import { tinyConfig } from './tiny-vq-model.test-support.ts';
import { createVqModel } from './vq-model.ts';

describeOnBackends('VqModel', () => {
  const rng = createRandomStream(1);
  const images = (shape: [number, number, number, number]) => rng.fork('x').uniform<tf.Rank.R4>(shape, -1, 1);

  test('images become a grid of integers and back, for any side that fits', () => {
    const model = createVqModel({ ...tinyConfig, blockOutChannels: [2, 2, 4] }, rng);
    const x = images([2, 8, 12, 1]);
    const indices = model.encodeIndices(x);
    expect([indices.shape, indices.dtype]).toEqual([[2, 2, 3], 'int32']);
    expect(model.encode(x).shape).toEqual([2, 2, 3, 2]);
    expect(model.decodeIndices(indices)).toBeAllClose(model.reconstruct(x), { rtol: 1e-6 });
    const latents = model.codec.encode(x);
    expect(model.codec.decode(latents)).toBeAllClose(model.reconstruct(x), { rtol: 1e-6 });
    expect(model.decode(latents)).not.toBeAllClose(model.reconstruct(x), { rtol: 1e-3 });
    model.dispose();
  });

  test('the codec gives the latents as they are and says the scale', () => {
    const model = createVqModel({ ...tinyConfig, scalingFactor: 0.25 }, rng);
    const x = images([2, 4, 4, 1]);
    expect(model.codec.encode(x)).toBeAllClose(model.encode(x), { rtol: 0, atol: 0 });
    expect(model.codec.scale).toBe(0.25);
    model.dispose();
  });

  test('sides that do not fit, other channels and a disposed model are refused', () => {
    const model = createVqModel(tinyConfig, rng);
    const refused = (code: string, message: RegExp) =>
      expect.objectContaining({ code, message: expect.stringMatching(message) });
    expect(() => model.encode(images([1, 5, 4, 1]))).toThrow(
      refused('E_SHAPE', /height.*got 5, expected 4 or 6/),
    );
    expect(() => model.encode(images([1, 4, 4, 3]))).toThrow(refused('E_SHAPE', /images/));
    expect(() => model.decode(images([1, 4, 4, 3]))).toThrow(refused('E_SHAPE', /codes/));
    expect(() => createVqModel({ ...tinyConfig, codebookSize: 1 }, rng)).toThrow(
      refused('E_CONFIG', /codebookSize/),
    );
    expect(() => createVqModel({ ...tinyConfig, commitmentCost: -1 }, rng)).toThrow(
      refused('E_CONFIG', /commitmentCost/),
    );
    model.dispose();
    model.dispose();
    expect(() => model.encodeIndices(images([1, 4, 4, 1]))).toThrow(refused('E_DISPOSED', /disposed/));
    expect(() => model.codec.decode(images([1, 2, 2, 2]))).toThrow(refused('E_DISPOSED', /disposed/));
  });

  /** Gradients of the codebook's terms alone, by the convolution in front of it and by the codes. */
  const termGradients = (change: Partial<VqModelConfig>) => {
    const model = createVqModel({ ...tinyConfig, ...change }, createRandomStream(2));
    const x = images([2, 4, 4, 1]);
    const { gradients } = computeGradients(() => {
      const { total, reconstruction } = vqModelLoss(model, x).losses;
      return total.sub<tf.Scalar>(reconstruction);
    }, model.parameters);
    const read = (name: string) => [...gradients[name]!.dataSync()];
    const result = { encoder: read('quant_conv.weight'), codes: read('quantize.embedding.weight') };
    model.dispose();
    return result;
  };
  const times = (values: number[], factor: number) => values.map((value) => value * factor);

  test('the encoder’s pull scales with β and the codebook’s does not', () => {
    const one = termGradients({ commitmentCost: 1 });
    const quarter = termGradients({ commitmentCost: 0.25 });
    expect(Math.max(...one.codes.map(Math.abs))).toBeGreaterThan(1e-3);
    expect(quarter.encoder).toBeAllClose(times(one.encoder, 0.25), { rtol: 1e-4 });
    expect(quarter.codes).toBeAllClose(one.codes, { rtol: 1e-5 });
  });

  test('with β on the codebook, the default of diffusers, it is the other way round', () => {
    const one = termGradients({ commitmentCost: 1, betaOn: 'codebook' });
    const quarter = termGradients({ commitmentCost: 0.25, betaOn: 'codebook' });
    expect(quarter.encoder).toBeAllClose(one.encoder, { rtol: 1e-5 });
    expect(quarter.codes).toBeAllClose(times(one.codes, 0.25), { rtol: 1e-4 });
  });

  test('creating, coding and disposing leave nothing behind', () =>
    expectNoLeaks(() => {
      const model = createVqModel(tinyConfig, rng);
      const x = images([1, 4, 4, 1]);
      const [latents, indices] = [model.encode(x), model.encodeIndices(x)];
      tf.dispose([model.decode(latents), model.decodeIndices(indices), model.reconstruct(x)]);
      tf.dispose([x, latents, indices]);
      model.dispose();
    }));
});
