import { join } from 'node:path';
import { type BackendInfo, TintypeError } from '@tintype/core-tensor';
import { findRecipe, type Recipe } from '@tintype/recipes';
import { type ArgsDef, defineCommand } from 'citty';
import type { Command, CommandContext, CommandResult } from '../command.ts';
import { engineSettings, startEngine } from '../engine.ts';
import { commonFlags, type FlagValues } from '../flags.ts';
import { withRun } from '../open-run.ts';
import { applyOverrides } from '../overrides.ts';
import { createSystem, loadData } from '../prepare-system.ts';
import { assertNoRun, removeRun } from '../run-files.ts';
import { type RunRecord, recordJson } from '../run-record.ts';
import { seedInPath } from '../seed.ts';
import { runTraining } from '../training.ts';
import { describeTraining } from '../training-text.ts';
import { version } from '../version.ts';

export const trainingFlags = {
  steps: { type: 'string', valueHint: 'n', description: 'Total number of steps' },
  data: {
    type: 'string',
    valueHint: 'folder',
    description: 'Train on the PNG and JPEG images of this folder',
  },
  'log-every': { type: 'string', valueHint: 'n', description: 'Steps between logged losses (default: 50)' },
  'checkpoint-every': {
    type: 'string',
    valueHint: 'n',
    description: 'Steps between checkpoints (default: 500)',
  },
} as const satisfies ArgsDef;

const flags = {
  recipe: { type: 'positional', description: 'What to train: vae-mnist, gan-mnist, ddpm-mnist …' },
  ...trainingFlags,
  set: {
    type: 'string',
    valueHint: 'key=value',
    description: 'Another value for a key of config, steps or batchSize; may be repeated',
  },
  force: { type: 'boolean', description: 'Replace the run that --out holds' },
  ...commonFlags,
} as const satisfies ArgsDef;

export const trainCommand: Command = {
  definition: defineCommand({
    meta: { name: 'train', description: 'Train a recipe into a run folder' },
    args: flags as ArgsDef,
  }),
  flags,
  run,
};

async function run(context: CommandContext): Promise<CommandResult> {
  const { flags, terminal, signal, recipes } = context;
  const recipe = findRecipe(flags.positionals[0]!, recipes);
  const asked = askedFor(recipe, flags);
  const run = flags.text('out') ?? join('runs', `${recipe.name}-${seedInPath(asked.seed)}`);
  const pace = paceOf(flags);

  return withRun(run, terminal, async ({ storage, folder, checkpoints }) => {
    if (!flags.isSet('force')) await assertNoRun(storage, run);
    const backend = await startEngine(asked.engine);
    terminal.note(`${recipe.name} on ${backend.name} (${backend.device}): ${backend.reason}\n`);
    const record = recordOf(asked, backend);
    const system = createSystem(recipe, record);
    try {
      const data = await loadData(recipe, system.rng, record);
      if (flags.isSet('force')) await removeRun(storage);
      await folder.writeRecipe(recordJson(record));
      const open = { storage, folder, checkpoints };
      const training = { run, record, recipe, backend, system, ...data, ...open, ...pace };
      const report = await runTraining({ ...training, startStep: 0, terminal, signal });
      return { report, text: describeTraining(report) };
    } finally {
      system.dispose();
    }
  });
}

type Asked = Omit<RunRecord, 'backend'>;

function askedFor(recipe: Recipe, flags: FlagValues): Asked {
  const overrides = flags.all('set');
  const { steps, batchSize, ...config } = applyOverrides(
    { ...recipe.config, steps: recipe.steps, batchSize: recipe.batchSize },
    overrides,
  );
  const data = flags.text('data');
  return {
    formatVersion: 1,
    recipe: recipe.name,
    system: recipe.system,
    seed: flags.text('seed') ?? '0',
    steps: flags.whole('steps', 1) ?? wholeSetting('steps', steps),
    batchSize: wholeSetting('batchSize', batchSize),
    config,
    overrides,
    ...(data !== undefined && { data }),
    engine: engineSettings(flags),
    versions: { tintype: version, node: process.version },
  };
}

function wholeSetting(name: string, value: number): number {
  if (Number.isSafeInteger(value) && value >= 1) return value;
  throw new TintypeError('E_CONFIG', {
    where: `--set ${name}`,
    what: 'must be a whole number of at least 1',
    got: value,
  });
}

/** What is started names what it was started on: resuming stays on that backend. */
function recordOf(asked: Asked, { name, device, reason }: BackendInfo): RunRecord {
  return { ...asked, engine: { ...asked.engine, backend: name }, backend: { name, device, reason } };
}

export function paceOf(flags: FlagValues): { logEvery: number; checkpointEvery: number } {
  return {
    logEvery: flags.whole('log-every', 1) ?? 50,
    checkpointEvery: flags.whole('checkpoint-every', 1) ?? 500,
  };
}
