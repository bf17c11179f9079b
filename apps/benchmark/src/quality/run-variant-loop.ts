import {
  type Checkpoints,
  type Model,
  type RandomStream,
  type TrainStep,
  trainLoop,
} from '@tintype/core-tensor';
import type { CreatedModel, Recipe } from '@tintype/recipes';
import type { TrainingRequest } from './trained-model.ts';
import type { TrainingLog } from './training-log.ts';
import type { TrainingPlace } from './training-place.ts';
import type { TrainingKey } from './training-record.ts';

export interface VariantLoop<Config extends object, M extends Model, Options extends object> {
  readonly recipe: Recipe<Config, M, Options>;
  readonly request: TrainingRequest<Config, M>;
  readonly place: TrainingPlace;
  readonly key: TrainingKey;
  readonly created: CreatedModel<M>;
  readonly trainStep: TrainStep;
  readonly checkpoints: Checkpoints;
  readonly log: TrainingLog;
  readonly startStep: number;
  readonly rng: RandomStream;
}

/** Trains to the key’s steps; every event goes into the log. */
export async function runVariantLoop<Config extends object, M extends Model, Options extends object>(
  loop: VariantLoop<Config, M, Options>,
): Promise<void> {
  const { recipe, request, place, key, created, trainStep, checkpoints, log, startStep, rng } = loop;
  const { files, signal, note } = place;
  const config = key.config as Config;
  const own = await recipe.data({ files, config, batchSize: key.batchSize, rng: rng.fork('data') });
  const monitors = await (request.monitors?.(created) ?? recipe.monitors(created, { files, config }));
  note(`  ${request.variant}: steps ${startStep + 1} … ${key.steps}\n`);
  try {
    const events = trainLoop(trainStep, request.batches?.(own) ?? own, {
      steps: key.steps,
      startStep,
      rng,
      signal,
      checkpoints,
      checkpointEvery: request.checkpointEvery ?? 500,
      monitors,
    });
    for await (const event of events) {
      await log.add(event);
      if (event.type === 'verdict') note(`    step ${event.step}: ${event.verdict}\n`);
      if (event.type === 'metrics' && event.step % 500 === 0)
        note(`    step ${event.step}, ${event.stepsPerSecond.toFixed(1)} steps/s\n`);
    }
  } finally {
    for (const monitor of monitors) monitor.dispose?.();
  }
}
