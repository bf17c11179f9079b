import {
  type BatchSource,
  computeGradients,
  createRandomStream,
  loadWeights,
  type RandomStream,
  readWeights,
  selectParameters,
  tf,
  trainLoop,
} from '@tintype/core-tensor';
import { createStepSystem } from '../models/create-step-system.ts';
import type { InputSpec, StepSystem } from '../models/step-system.ts';
import type { StepWorkload } from '../workloads/workload.ts';
import { perturb, trainableCount } from './model-weights.ts';
import type { GivenTensors, Task } from './task.ts';
import { makeTensor, readOut } from './tensors.ts';

/** More steps than anyone waits for: the loop is left when the task is disposed of. */
const endlessSteps = 1e9;

/** A training as a user runs it, one step of the loop at a time. Owns the model and its inputs. */
export function createStepTask({ model: name, batch }: StepWorkload, given: GivenTensors | undefined): Task {
  const system = createStepSystem(name);
  const { parameters } = system.model;
  const rng = createRandomStream(0);
  if (given) loadWeights(parameters, given.weights);
  else perturb(parameters, rng.fork('perturbation'));
  const inputs = Object.fromEntries(
    Object.entries(system.inputs).map(([key, spec]) => [
      key,
      given ? makeTensor(given.inputs, key) : draw(spec, batch, rng.fork(key)),
    ]),
  );
  const batches: BatchSource = { batch: () => ({ images: inputs.images!.clone() }) };
  const loop = trainLoop(system.trainStep, batches, { steps: endlessSteps, rng, logEvery: 1 });

  return {
    parameters: trainableCount(parameters),
    weights: () => readWeights(parameters),
    inputs: () => readOut(inputs),
    check: () => checkLosses(system, inputs),
    run: async () => {
      await loop.next();
    },
    dispose: async () => {
      await loop.return();
      system.trainStep.dispose();
      system.model.dispose();
      tf.dispose(inputs);
    },
  };
}

function draw({ shape, distribution }: InputSpec, batch: number, rng: RandomStream): tf.Tensor {
  const full = [batch, ...shape] as [number];
  switch (distribution) {
    case 'normal':
      return rng.normal(full);
    case 'uniform':
      return rng.uniform(full, -1, 1);
    case 'timesteps':
      return tf.tidy(() => rng.integers(full, 0, 1000).toFloat());
  }
}

/** Every loss and the norm of its gradient. */
async function checkLosses(
  system: StepSystem,
  inputs: Readonly<Record<string, tf.Tensor>>,
): Promise<Record<string, number>> {
  const numbers: Record<string, number> = {};
  for (const { name, trains, loss } of system.losses(inputs)) {
    const [total, norm] = tf.tidy(() => {
      const { losses, gradients } = computeGradients(loss, selectParameters(system.model.parameters, trains));
      const squares = Object.values(gradients).map((gradient) => tf.sum(tf.square(gradient)));
      return [losses.total, tf.sqrt(tf.addN(squares))] as const;
    });
    numbers[name] = (await total.data())[0]!;
    numbers[`${name} gradient`] = (await norm.data())[0]!;
    tf.dispose([total, norm]);
  }
  return numbers;
}
