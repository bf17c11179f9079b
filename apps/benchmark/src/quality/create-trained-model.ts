import { type Model, TintypeError } from '@tintype/core-tensor';
import type { DataFiles } from '@tintype/datasets';
import type { ScoreReport } from '@tintype/metrics';
import type { TrainedModel } from './trained-model.ts';

type Parts<Config extends object, M extends Model, Options extends object> = Omit<
  TrainedModel<Config, M, Options>,
  'model' | 'evaluate' | 'withRawWeights' | 'dispose'
> & {
  readonly files: DataFiles;
  readonly signal: AbortSignal;
  /** Told of each score and what it is of, where it is not simply of the variant. */
  readonly onScore: (score: ScoreReport, of?: string) => void;
};

/** Of a model that holds its averaged weights. `dispose` may be called twice. */
export function createTrainedModel<Config extends object, M extends Model, Options extends object>(
  { files, signal, onScore, ...parts }: Parts<Config, M, Options>,
  dispose: () => void,
): TrainedModel<Config, M, Options> {
  const { recipe, created, rng } = parts;
  let isDisposed = false;
  let isRaw = false;
  return {
    ...parts,
    model: created.model,
    async evaluate({ count, options, of = isRaw ? 'raw weights' : undefined }) {
      if (!recipe.evaluate) {
        throw new TintypeError('E_CONFIG', { where: recipe.name, what: 'the recipe measures nothing' });
      }
      const asked = { ...recipe.sampleOptions, ...options };
      return recipe.evaluate(created.model, {
        count,
        options: asked,
        rng: rng.fork('samples'),
        files,
        signal,
        onScore: (score) => onScore(score, of),
      });
    },
    async withRawWeights(run) {
      created.ema?.swap();
      isRaw = true;
      try {
        return await run();
      } finally {
        isRaw = false;
        created.ema?.swap();
      }
    },
    dispose() {
      if (!isDisposed) dispose();
      isDisposed = true;
    },
  };
}
