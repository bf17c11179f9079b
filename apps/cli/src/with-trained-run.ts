import {
  createRandomStream,
  type Model,
  type RandomStream,
  readCheckpoint,
  type Storage,
} from '@tintype/core-tensor';
import { createFileStorage } from '@tintype/core-tensor/node';
import type { Recipe } from '@tintype/recipes';
import type { CommandContext } from './command.ts';
import { engineSettings, startEngine } from './engine.ts';
import { type LoadTrainedOptions, loadTrained } from './load-trained.ts';
import { createSystem } from './prepare-system.ts';
import { type RunRecord, readRecord, recipeOf } from './run-record.ts';
import { parseSeed } from './seed.ts';

/** A run before its weights are read: what does not go with it is refused first. */
export interface FoundRun {
  readonly run: string;
  readonly storage: Storage;
  readonly record: RunRecord;
  readonly recipe: Recipe;
  /** The seed of the command line, or else the run's own. */
  readonly seed: string;
  /** The stream of that seed. */
  readonly rng: RandomStream;
}

/** What every report of a trained run begins with. */
export interface TrainedFacts {
  readonly run: string;
  readonly recipe: string;
  readonly step: number;
  /** Which weights were used: the average where the run keeps one. */
  readonly weights: 'ema' | 'model';
  readonly backend: string;
  readonly reason: string;
}

/** The run that the command line names. Throws `E_NO_RUN`, `E_CHECKPOINT`, `E_CHECKPOINT_MISMATCH`, `E_SEED`. */
export async function findRun({ flags, recipes }: CommandContext): Promise<FoundRun> {
  const run = flags.positionals[0]!;
  const storage = createFileStorage(run);
  const record = await readRecord(storage, run);
  const seed = flags.text('seed') ?? record.seed;
  const rng = createRandomStream(parseSeed(seed));
  return { run, storage, record, recipe: recipeOf(record, recipes), seed, rng };
}

/** Works with the model of a run as its latest checkpoint left it, and frees it. */
export async function withTrainedRun<T>(
  { run, storage, record, recipe }: FoundRun,
  { flags, terminal }: CommandContext,
  work: (model: Model, facts: TrainedFacts) => Promise<T>,
  weightsOptions: LoadTrainedOptions = {},
): Promise<T> {
  const checkpoint = await readCheckpoint(storage);
  const { name, reason } = await startEngine(engineSettings(flags, record.engine));
  const { model, dispose } = createSystem(recipe, record);
  try {
    const weights = loadTrained(model, checkpoint, weightsOptions);
    const { step } = checkpoint;
    terminal.note(`${recipe.name} at step ${step} (${weights} weights) on ${name}: ${reason}\n`);
    return await work(model, { run, recipe: recipe.name, step, weights, backend: name, reason });
  } finally {
    dispose();
  }
}
