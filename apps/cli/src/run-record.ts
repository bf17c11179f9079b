import {
  type BackendInfo,
  createRunFolder,
  type JsonValue,
  type Storage,
  TintypeError,
  v,
} from '@tintype/core-tensor';
import { createImportedRecipe, findRecipe, importedRecipeName, type Recipe } from '@tintype/recipes';
import type { EngineSettings } from './engine.ts';

/** What was asked: the content of recipe.json. */
export interface RunRecord {
  readonly formatVersion: 1;
  readonly recipe: string;
  readonly system: string;
  /** As it was given on the command line. */
  readonly seed: string;
  readonly steps: number;
  readonly batchSize: number;
  readonly config: object;
  /** The `--set` settings that config, steps and batchSize were made from. */
  readonly overrides: readonly string[];
  /** The folder given with `--data`. */
  readonly data?: string;
  /** The folder that the weights were imported from. */
  readonly importedFrom?: string;
  readonly engine: EngineSettings;
  readonly backend: { readonly name: BackendInfo['name']; readonly device: string; readonly reason: string };
  readonly versions: { readonly tintype: string; readonly node: string };
}

export function recordJson(record: RunRecord): JsonValue {
  return record as unknown as JsonValue;
}

export const recordFile = 'recipe.json';

const count = v.pipe(v.number(), v.integer(), v.minValue(0));
const backendName = v.picklist(['webgpu', 'wasm', 'cpu']);
const schema = v.strictObject({
  formatVersion: v.literal(1),
  recipe: v.string(),
  system: v.string(),
  seed: v.string(),
  steps: count,
  batchSize: count,
  config: v.record(v.string(), v.unknown()),
  overrides: v.array(v.string()),
  data: v.optional(v.string()),
  importedFrom: v.optional(v.string()),
  engine: v.strictObject({
    backend: v.optional(backendName),
    threads: v.optional(count),
    deterministic: v.boolean(),
  }),
  backend: v.strictObject({ name: backendName, device: v.string(), reason: v.string() }),
  versions: v.strictObject({ tintype: v.string(), node: v.string() }),
});

/** Throws `E_NO_RUN` where the folder holds no run and `E_CHECKPOINT` where its recipe.json cannot be meant. */
export async function readRecord(storage: Storage, run: string): Promise<RunRecord> {
  if (!(await storage.exists(recordFile))) {
    throw new TintypeError('E_NO_RUN', {
      where: run,
      what: 'the folder holds no run (no recipe.json)',
      remedy: 'Name the folder that tintype train printed',
    });
  }
  try {
    return await createRunFolder(storage).readRecipe(schema);
  } catch (cause) {
    throw new TintypeError('E_CHECKPOINT', {
      where: run,
      what: `recipe.json is not the record of a run: ${cause instanceof Error ? cause.message : cause}`,
      cause,
    });
  }
}

/**
 * The recipe of a run; that of an imported one is made from its own config. Throws `E_CHECKPOINT_MISMATCH` where it has
 * other settings than it had then.
 */
export function recipeOf(record: RunRecord, recipes: readonly Recipe[]): Recipe {
  if (record.recipe === importedRecipeName) return createImportedRecipe(record.config);
  const recipe = findRecipe(record.recipe, recipes);
  const [known, kept] = [recipe.config, record.config].map((config) => Object.keys(config).sort().join(', '));
  if (known === kept && recipe.system === record.system) return recipe;
  throw new TintypeError('E_CHECKPOINT_MISMATCH', {
    where: recordFile,
    what: `the recipe ${recipe.name} has other settings than the run`,
    got: kept,
    expected: known,
    remedy: 'Use the version of tintype that made the run',
  });
}
