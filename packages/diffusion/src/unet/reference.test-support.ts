import { type BackendName, createRandomStream, type ParameterTree, tf } from '@tintype/core-tensor';
import {
  describeOnBackends,
  loadReference,
  type ReferenceTensor,
  type ReferenceTensors,
} from '@tintype/core-tensor/testing';
import { expect, test } from 'vitest';
import { sampleDdim } from '../ddim/sample.ts';
import { type JsonObject, readDiffusersScheduler, readDiffusersUNet2d } from '../diffusers/index.ts';
import { createNoiseSchedule } from '../noise-schedule/index.ts';
import { createUNet2d, type UNet2d } from './unet-2d.ts';

interface ReferenceCall {
  readonly prefix: string;
  readonly timestep: number | number[];
  readonly class_labels: number[] | null;
  readonly weight_gradients: string[];
}

export interface UNetReferenceOptions {
  readonly backends?: readonly BackendName[];
  /** @default both */
  readonly folders?: readonly ('unet2d_basic' | 'unet2d_classes')[];
  /** Whether a pipeline is replayed too. @default true */
  readonly hasPipeline?: boolean;
}

/** Outputs, losses and gradients recorded from diffusers, and a whole pipeline, replayed with the recorded weights. */
export function describeUNetReference(options: UNetReferenceOptions = {}): void {
  const { folders = ['unet2d_basic', 'unet2d_classes'], hasPipeline = true, ...describeOptions } = options;
  describeOnBackends(
    'the U-Net against diffusers',
    () => {
      for (const folder of folders) {
        test(`outputs, losses and gradients of ${folder}`, () => replayCalls(`models/${folder}`));
      }
      if (hasPipeline) test('a whole DDIM pipeline', replayPipeline);
    },
    describeOptions,
  );
}

async function replayCalls(folder: string): Promise<void> {
  const model = await loadModel(folder);
  const { calls } = await loadReference<{ calls: ReferenceCall[] }>(`${folder}/io.json`);
  const io = await loadReference(`${folder}/io.safetensors`);
  for (const call of calls) await replayCall(model, call, io);
  model.dispose();
}

async function replayCall(model: UNet2d, call: ReferenceCall, io: ReferenceTensors): Promise<void> {
  const recorded = (name: string) => io.get(`${call.prefix}${name}`)!;
  const sample = toNhwc(recorded('sample'));
  const target = toNhwc(recorded('target'));
  const { timestep, class_labels } = call;
  const t = tf.tensor1d(typeof timestep === 'number' ? [timestep, timestep] : timestep, 'float32');
  const condition = class_labels ? { labels: tf.tensor1d(class_labels, 'int32') } : undefined;
  const lossOf = (x: tf.Tensor) =>
    tf
      .squaredDifference(model.predict(x as tf.Tensor4D, t, { condition }).prediction, target)
      .mean() as tf.Scalar;

  const { prediction } = model.predict(sample, t, { condition });
  await expect(prediction).toBeAllClose(toNhwc(recorded('output')), { rtol: 1e-4, atol: 1e-5 });
  await expect(lossOf(sample)).toBeAllClose(recorded('loss').data, { rtol: 1e-5, atol: 1e-6 });
  const byInput = tf.grad(lossOf)(sample);
  await expect(byInput).toBeAllClose(toNhwc(recorded('grad.sample')), { rtol: 1e-3, atol: 1e-6 });
  if (call.weight_gradients.length === 0) return;

  const variables = call.weight_gradients.map((name) => model.parameters.get(name)!.variable);
  const { grads } = tf.variableGrads(() => lossOf(sample), variables);
  for (const name of call.weight_gradients) {
    const { variable, layout } = model.parameters.get(name)!;
    const expected = toMemory(recorded(`grad.${name}`), layout);
    await expect(grads[variable.name]!, name).toBeAllClose(expected, { rtol: 1e-3, atol: 1e-6 });
  }
}

async function replayPipeline(): Promise<void> {
  const folder = 'pipelines/ddim_tiny';
  const io = await loadReference(`${folder}/io.safetensors`);
  const scheduler = readDiffusersScheduler(
    await loadReference<JsonObject>(`${folder}/scheduler/scheduler_config.json`),
  );
  const model = await loadModel(`${folder}/unet`);
  const afterStep = io.get('x_after_step')!;
  const expectedAt = (k: number) =>
    toNhwc({ data: afterStep.data.slice(k * 192, (k + 1) * 192), shape: [1, 3, 8, 8] });
  const images = await sampleDdim(model, createNoiseSchedule(scheduler.schedule), {
    ...scheduler.ddim,
    clipDenoised: scheduler.clipDenoised,
    clipRange: scheduler.clipRange,
    numInferenceSteps: 5,
    shape: [8, 8, 3],
    count: 1,
    rng: createRandomStream(0),
    initialNoise: toNhwc(io.get('noise.0')!),
    onStep: async ({ stepsDone, xPrevious }) => {
      await expect(xPrevious).toBeAllClose(expectedAt(stepsDone - 1), { rtol: 5e-3, atol: 1e-4 });
    },
  });
  const { data, shape } = io.get('images_nhwc')!;
  const shown = images.div(2).add(0.5).clipByValue(0, 1);
  await expect(shown).toBeAllClose(tf.tensor(data, [...shape]), { rtol: 5e-3, atol: 1e-4 });
  model.dispose();
}

async function loadModel(folder: string): Promise<UNet2d> {
  const config = readDiffusersUNet2d(await loadReference<JsonObject>(`${folder}/config.json`));
  const model = createUNet2d(config, createRandomStream(0));
  assign(model.parameters, await loadReference(`${folder}/diffusion_pytorch_model.safetensors`));
  return model;
}

/** Every recorded weight has its parameter and the other way round, by name. */
function assign(parameters: ParameterTree, weights: ReferenceTensors): void {
  expect([...parameters.keys()].sort()).toEqual([...weights.keys()].sort());
  for (const [name, { variable, layout }] of parameters)
    variable.assign(toMemory(weights.get(name)!, layout));
}

function toMemory({ data, shape }: ReferenceTensor, layout: string): tf.Tensor {
  const tensor = tf.tensor(data, [...shape], 'float32');
  if (layout === 'conv') return tensor.transpose([2, 3, 1, 0]);
  return layout === 'linear' ? tensor.transpose() : tensor;
}

function toNhwc({ data, shape }: ReferenceTensor): tf.Tensor4D {
  return tf.tensor(data, [...shape], 'float32').transpose([0, 2, 3, 1]) as tf.Tensor4D;
}
