import { createRandomStream, tf } from '@tintype/core-tensor';
import { describeGenerator, describeOnBackends } from '@tintype/core-tensor/testing';
import { createNoiseSchedule, sampleDdim, sampleDdpm } from '@tintype/diffusion';
import { expect, test } from 'vitest';
import { createDrawnNet } from './class-denoiser.test-support.ts';
import { classifierFreeGuidance } from './classifier-free-guidance.ts';

const schedule = createNoiseSchedule({ kind: 'cosine', timesteps: 20 });
const samplers = { DDIM: sampleDdim, DDPM: sampleDdpm };

/** Sample i has the label i modulo 3, whichever batch it is in. */
function labelsFrom(firstIndex: number, count: number): tf.Tensor1D {
  return tf.tensor1d(
    Array.from({ length: count }, (_, i) => (firstIndex + i) % 3),
    'int32',
  );
}

for (const [name, sample] of Object.entries(samplers)) {
  describeGenerator(
    `${name}, guided, on a U-Net`,
    () => {
      const model = createDrawnNet();
      const guided = classifierFreeGuidance(model, { guidanceScale: 3 });
      return {
        async generate({ firstIndex, count }) {
          const labels = labelsFrom(firstIndex, count);
          const options = { shape: [8, 8, 1], rng: createRandomStream(2), numInferenceSteps: 4 } as const;
          try {
            return await sample(guided, schedule, { ...options, firstIndex, count, condition: { labels } });
          } finally {
            labels.dispose();
          }
        },
        dispose: model.dispose,
      };
    },
    { count: 3 },
  );

  describeOnBackends(`${name}, guided`, () => {
    test('scale 1 samples as the net itself, bit for bit, and scale 5 and other labels do not', async () => {
      const model = createDrawnNet();
      const draw = async (denoiser: typeof model | ReturnType<typeof classifierFreeGuidance>, shift = 0) => {
        const labels = labelsFrom(shift, 2);
        const options = {
          shape: [8, 8, 1],
          count: 2,
          rng: createRandomStream(2),
          numInferenceSteps: 4,
        } as const;
        return (await sample(denoiser, schedule, { ...options, condition: { labels } })).dataSync();
      };
      const own = await draw(model);
      expect(await draw(classifierFreeGuidance(model, { guidanceScale: 1 }))).toEqual(own);
      const guided = await draw(classifierFreeGuidance(model, { guidanceScale: 5 }));
      expect(guided).not.toEqual(own);
      expect(await draw(classifierFreeGuidance(model, { guidanceScale: 5 }), 1)).not.toEqual(guided);
      model.dispose();
    });
  });
}
