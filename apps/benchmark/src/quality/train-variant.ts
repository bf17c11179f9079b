import { join } from 'node:path';
import {
  createCheckpoints,
  createRandomStream,
  type Model,
  TintypeError,
  type TrainStep,
} from '@tintype/core-tensor';
import { createFileStorage } from '@tintype/core-tensor/node';
import type { ScoreReport } from '@tintype/metrics';
import type { Recipe } from '@tintype/recipes';
import { createTrainedModel } from './create-trained-model.ts';
import { runVariantLoop } from './run-variant-loop.ts';
import type { TrainedModel, TrainingRequest } from './trained-model.ts';
import { createTrainingLog } from './training-log.ts';
import type { TrainingPlace } from './training-place.ts';
import { claimFolder, readKey, type TrainingKey } from './training-record.ts';

/** See `Train`. */
export async function trainVariant<Config extends object, M extends Model, Options extends object>(
  recipe: Recipe<Config, M, Options>,
  request: TrainingRequest<Config, M>,
  place: TrainingPlace,
): Promise<TrainedModel<Config, M, Options>> {
  const folder = join(place.root, named(request.variant));
  const storage = createFileStorage(folder);
  const key = await keyOf(recipe, request, place);
  const claim = await claimFolder(storage, key, recipe, place.isReusing);
  if (claim.remark !== undefined) place.note(`  ${request.variant} ${claim.remark}\n`);

  const rng = createRandomStream(key.seed);
  const config = key.config as Config;
  const created = recipe.create(config, rng.fork('model'));
  const dispose = () => {
    created.trainStep.dispose();
    created.model.dispose();
  };
  try {
    const log = createTrainingLog(storage);
    const checkpoints = createCheckpoints(storage, { keep: 1, onWarning: (text) => place.note(`${text}\n`) });
    const trainStep = request.trainStep?.(created) ?? created.trainStep;
    const restored = await checkpoints.restoreLatest(trainStep.state);
    const startStep = restored ?? (await branch(trainStep, key.from && request.from));
    if (startStep < key.steps) {
      await log.dropAfter(startStep);
      const loop = { recipe, request, place, key, created, trainStep, checkpoints, log, startStep, rng };
      await runVariantLoop(loop);
    }
    place.onTrained(key.steps - startStep, claim.isOwn);
    created.ema?.swap();
    const said = { verdicts: await log.verdicts(), losses: await log.losses() };
    const { files, signal } = place;
    const onScore = (score: ScoreReport, of?: string) =>
      place.onScore(of === undefined ? request.variant : `${request.variant}, ${of}`, score);
    const parts = { recipe, created, config, folder, totalSteps: key.steps, rng, files, signal, onScore };
    return createTrainedModel({ ...parts, ...said }, dispose);
  } catch (error) {
    dispose();
    throw error;
  }
}

function named(variant: string): string {
  // The lock of the folder above is no variant.
  if (/^[a-z0-9]+([.-][a-z0-9]+)*$/.test(variant) && !variant.startsWith('run.lock')) return variant;
  throw new TintypeError('E_CONFIG', {
    where: 'train: variant',
    what: 'is the name of a folder',
    got: variant,
    expected: 'small letters and digits, with dashes and dots between them',
  });
}

async function keyOf<Config extends object, M extends Model, Options extends object>(
  recipe: Recipe<Config, M, Options>,
  { variant, steps: asked, seed, changes, batchSize, from }: TrainingRequest<Config, M>,
  place: TrainingPlace,
): Promise<TrainingKey> {
  const steps = asked ?? place.steps;
  const origin = from && (await readKey(createFileStorage(from.folder)));
  if (from && !origin) {
    throw new TintypeError('E_NO_RUN', {
      where: variant,
      what: 'there is nothing to branch from',
      got: from.folder,
    });
  }
  return {
    recipe: recipe.name,
    config: { ...recipe.config, ...changes },
    batchSize: batchSize ?? recipe.batchSize,
    seed: seed ?? place.seed,
    steps: steps + (from?.totalSteps ?? 0),
    ...(from && origin && { from: { key: origin, steps: from.totalSteps } }),
    backend: place.backend,
    code: place.code,
  };
}

/** Puts the checkpoint of a branch into the state; gives the steps it has behind it. */
async function branch({ state }: TrainStep, from: TrainingRequest<object, Model>['from']): Promise<number> {
  if (!from) return 0;
  const step = await createCheckpoints(createFileStorage(from.folder)).restoreLatest(state);
  if (step === from.totalSteps) return step;
  throw new TintypeError('E_CHECKPOINT_MISMATCH', {
    where: from.folder,
    what: 'the training to branch from is not at its end',
    got: step,
    expected: from.totalSteps,
  });
}
