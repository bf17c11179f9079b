import { tf, trainLoop } from '@tintype/core-tensor';
import { describeOnBackends, describeTrainStep } from '@tintype/core-tensor/testing';
import { expect, test } from 'vitest';
import { firstStep } from '../first-step.test-support.ts';
import { createTinyVqVae } from './tiny-vq-vae.test-support.ts';

describeTrainStep('VQ-VAE with averaged codes', () => createTinyVqVae());
describeTrainStep('VQ-VAE with codes by loss', () => createTinyVqVae({ codebookUpdate: 'loss' }));
describeTrainStep('VQ-VAE in slices', () => createTinyVqVae({}, { accumulate: 2 }));
describeTrainStep('VQ-VAE', () => createTinyVqVae({ downsamplings: 1, residualLayers: 0 }), {
  backends: ['webgpu'],
  steps: 2,
  leakSteps: 4,
});

describeOnBackends('the VQ-VAE train step', () => {
  /** The codebook and its buffers. */
  const codesOf = ({ stateOf }: Awaited<ReturnType<typeof firstStep>>) =>
    stateOf((name) => name.startsWith('model/quantize.'));

  test.each(['ema', 'loss'] as const)(
    'in slices it gives losses, gradients and codebook of the whole batch (%s)',
    async (codebookUpdate) => {
      const whole = await firstStep(createTinyVqVae({ codebookUpdate }));
      const names = ['total', 'reconstruction', 'codebook', 'commitment', 'perplexity', 'usage'];
      for (const accumulate of [2, 5]) {
        const sliced = await firstStep(createTinyVqVae({ codebookUpdate }, { accumulate }));
        for (const name of names) {
          expect(sliced.values[name], name).toBeCloseTo(whole.values[name]!, 5);
        }
        expect(sliced.gradients).toBeAllClose(whole.gradients, { rtol: 1e-4, atol: 1e-7 });
        expect(codesOf(sliced)).toBeAllClose(codesOf(whole), { rtol: 1e-5, atol: 1e-6 });
      }
      const faster = await firstStep(createTinyVqVae({ codebookUpdate, codebookDecay: 0.5 }));
      expect(codesOf(faster)).not.toBeAllClose(codesOf(whole));
    },
  );

  test('an impossible number of slices is refused', () => {
    expect(() => createTinyVqVae({}, { accumulate: 0 })).toThrow(
      expect.objectContaining({ code: 'E_CONFIG' }),
    );
  });

  test('training goes on otherwise where the counts of the codes are lost', async () => {
    const run = async (spoil: boolean) => {
      const system = createTinyVqVae({ codebookDecay: 0.5 });
      for await (const event of trainLoop(system.trainStep, system.batches, {
        steps: 4,
        rng: system.rng,
        logEvery: 1,
      })) {
        if (spoil && event.type === 'metrics' && event.step === 2) {
          const counts = system.trainStep.state.tensors().get('model/quantize.cluster_size')!.tensor;
          (counts as tf.Variable).assign(tf.onesLike(counts));
        }
      }
      const codes = [
        ...system.trainStep.state.tensors().get('model/quantize.embedding.weight')!.tensor.dataSync(),
      ];
      system.dispose();
      return codes;
    };
    const whole = await run(false);
    expect(await run(false)).toEqual(whole);
    expect(await run(true)).not.toEqual(whole);
  });
});
