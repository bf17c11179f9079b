import { type BackendName, tf } from '@tintype/core-tensor';
import { describeOnBackends, loadReference, type ReferenceTensor } from '@tintype/core-tensor/testing';
import { expect, test } from 'vitest';
import { mixFlow } from './flow-path.ts';
import { flowPlan } from './sample.ts';
import { flowSigmas } from './step.ts';

interface FlowCase {
  readonly id: string;
  readonly full_config: { readonly shift: number; readonly num_train_timesteps: number };
  readonly set_timesteps: { readonly num_inference_steps: number };
  readonly timesteps: readonly number[];
  readonly sigmas: readonly number[];
}

/** The recorded flow-matching cases of diffusers: its scheduler's steps, and its way of adding noise. */
export function describeFlowReference(backends: readonly BackendName[]): void {
  describeOnBackends('recorded flow matching of diffusers', () => defineTests(), { backends });
}

function defineTests(): void {
  test('every FlowMatchEulerDiscreteScheduler case', async () => {
    const { cases } = await loadReference<{ cases: FlowCase[] }>(
      'schedulers/FlowMatchEulerDiscreteScheduler.json',
    );
    const tensors = await loadReference('schedulers/FlowMatchEulerDiscreteScheduler.safetensors');
    expect(cases).toHaveLength(2);
    for (const { id, full_config, set_timesteps, timesteps, sigmas } of cases) {
      const config = {
        numInferenceSteps: set_timesteps.num_inference_steps,
        shift: full_config.shift,
        timesteps: full_config.num_train_timesteps,
        sigmaSpacing: 'sigma-min',
        clipDenoised: false,
      } as const;
      expect(flowSigmas(config)).toBeAllClose(sigmas);
      const { steps, takeStep } = flowPlan(config);
      expect(steps.map(({ t }) => t)).toBeAllClose(timesteps, { rtol: 1e-6 });
      for (const [k, step] of steps.entries()) {
        const at = (name: string, row: number) => rowOf(tensors.get(`${id}.${name}`)!, row);
        const prediction = { prediction: at('model_output', k) };
        const { xPrevious } = takeStep({ step, xt: at('x', k), prediction, predictionType: 'flow' });
        await expect(xPrevious).toBeAllClose(at('x', k + 1), { rtol: 2e-5, atol: 1e-5 });
      }
    }
  });

  test('noise is added as scale_noise adds it', async () => {
    type ForwardCase = { key: string; timesteps: number[] };
    const cases = await loadReference<ForwardCase[]>('schedulers/forward_process.json');
    const tensors = await loadReference('schedulers/forward_process.safetensors');
    const { timesteps } = cases.find(({ key }) => key === 'flow.scale_noise')!;
    const [x0, noise, expected] = ['x0', 'noise', 'flow.scale_noise'].map((name) => {
      const { data, shape } = tensors.get(name)!;
      return tf.tensor(data, [...shape]);
    });
    const sigma = tf.tensor1d(timesteps.map((t) => t / 1000));
    await expect(mixFlow(x0!, noise!, sigma)).toBeAllClose(expected!, { rtol: 2e-5, atol: 1e-6 });
    // The negative control: one step further along.
    const later = tf.tensor1d(timesteps.map((t) => (t / 1000) * 0.99));
    await expect(
      (async () => expect(mixFlow(x0!, noise!, later)).toBeAllClose(expected!, { rtol: 1e-3 }))(),
    ).rejects.toThrow(/toBeAllClose/);
  });
}

// Elementwise: the layout does not matter, so NCHW stays as it is.
function rowOf({ data, shape }: ReferenceTensor, row: number): tf.Tensor4D {
  const size = shape.slice(1).reduce((a, b) => a * b, 1);
  const values = data.slice(row * size, (row + 1) * size);
  return tf.tensor<tf.Rank.R4>(values, shape.slice(1) as [number, number, number, number], 'float32');
}
