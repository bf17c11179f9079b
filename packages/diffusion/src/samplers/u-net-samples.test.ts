import { createRandomStream } from '@tintype/core-tensor';
import { type CreateGenerator, describeGenerator } from '@tintype/core-tensor/testing';
import { sampleDdim } from '../ddim/sample.ts';
import { sampleDdpm } from '../ddpm/sample.ts';
import { sampleDpmSolver } from '../dpm-solver/sample.ts';
import { sampleEuler } from '../euler/sample.ts';
import { sampleHeun } from '../heun/sample.ts';
import { createNoiseSchedule } from '../noise-schedule/index.ts';
import { createUNet2d } from '../unet/unet-2d.ts';
import { sampleUniPc } from '../uni-pc/sample.ts';

const schedule = createNoiseSchedule({ kind: 'cosine', timesteps: 20 });

/** A net whose every parameter is drawn, so that its prediction depends on everything. */
function createDrawnNet() {
  const rng = createRandomStream(9);
  const model = createUNet2d(
    {
      imageSize: 8,
      channels: 1,
      patchSize: 2,
      blockOutChannels: [4, 8],
      layersPerBlock: 1,
      normGroups: 2,
      attentionHeadDim: 4,
    },
    rng,
  );
  for (const [name, { variable }] of model.parameters) {
    const drawn = rng
      .fork('draw')
      .fork(name)
      .normal(variable.shape as [number], 0, 0.2);
    variable.assign(drawn);
    drawn.dispose();
  }
  return model;
}

type Sample = typeof sampleDdim;

const generatorOf =
  (sample: Sample, more: object = {}): CreateGenerator =>
  () => {
    const model = createDrawnNet();
    const options = { shape: [8, 8, 1], rng: createRandomStream(2), numInferenceSteps: 4, ...more } as const;
    return {
      generate: (request) => sample(model, schedule, { ...options, ...request }),
      dispose: model.dispose,
    };
  };

describeGenerator('DDIM on a U-Net', generatorOf(sampleDdim), { count: 3 });
describeGenerator('DDIM with eta on a U-Net', generatorOf(sampleDdim, { eta: 1 }), {
  count: 3,
  backends: ['wasm'],
});
describeGenerator('DDPM on a U-Net', generatorOf(sampleDdpm as Sample), { count: 3 });

const onWasm = { count: 3, backends: ['wasm'] } as const;
describeGenerator('Euler on a U-Net', generatorOf(sampleEuler as Sample), onWasm);
describeGenerator('Euler with eta on a U-Net', generatorOf(sampleEuler as Sample, { eta: 1 }), onWasm);
describeGenerator('Heun on a U-Net', generatorOf(sampleHeun as Sample), onWasm);
describeGenerator('DPM-Solver++ on a U-Net', generatorOf(sampleDpmSolver as Sample), onWasm);
describeGenerator(
  'SDE-DPM-Solver++ on a U-Net',
  generatorOf(sampleDpmSolver as Sample, { equation: 'sde' }),
  onWasm,
);
describeGenerator('UniPC on a U-Net', generatorOf(sampleUniPc as Sample), onWasm);
