import { createFileStorage } from '@tintype/core-tensor/node';
import { type ArgsDef, defineCommand } from 'citty';
import type { Command, CommandContext, CommandResult } from '../command.ts';
import { engineSettings, startEngine } from '../engine.ts';
import { commonFlags, type FlagValues } from '../flags.ts';
import { withRun } from '../open-run.ts';
import { createSystem, loadData } from '../prepare-system.ts';
import { type RunRecord, readRecord, recipeOf, recordJson } from '../run-record.ts';
import { runTraining } from '../training.ts';
import { describeTraining } from '../training-text.ts';
import { UsageError } from '../usage-error.ts';
import { paceOf, trainingFlags } from './train.ts';

const flags = {
  run: { type: 'positional', description: 'The run folder' },
  ...trainingFlags,
  ...commonFlags,
} as const satisfies ArgsDef;

export const resumeCommand: Command = {
  definition: defineCommand({
    meta: { name: 'resume', description: 'Continue a run from its latest checkpoint, bit for bit' },
    args: flags as ArgsDef,
  }),
  flags,
  run,
};

async function run({ flags, terminal, signal, recipes }: CommandContext): Promise<CommandResult> {
  const run = flags.positionals[0]!;
  const pace = paceOf(flags);
  const record = continued(await readRecord(createFileStorage(run), run), flags, run);
  const recipe = recipeOf(record, recipes);

  return withRun(run, terminal, async (open) => {
    const { folder, checkpoints } = open;
    const backend = await startEngine(record.engine);
    const system = createSystem(recipe, record);
    try {
      const startStep = (await checkpoints.restoreLatest(system.trainStep.state)) ?? 0;
      assertSteps(startStep, record.steps);
      terminal.note(`${recipe.name} from step ${startStep} on ${backend.name}: ${backend.reason}\n`);
      const data = await loadData(recipe, system.rng, record);
      await folder.writeRecipe(recordJson(record));
      await folder.dropMetricsAfter(startStep);
      const training = { run, record, recipe, backend, system, ...data, ...open, ...pace };
      const report = await runTraining({ ...training, startStep, terminal, signal });
      return { report, text: describeTraining(report) };
    } finally {
      system.dispose();
    }
  });
}

/** The record of the run with what the flags may change: length, data folder and how it computes. */
function continued(before: RunRecord, flags: FlagValues, run: string): RunRecord {
  const seed = flags.text('seed');
  if (seed !== undefined && seed !== before.seed) {
    throw new UsageError(`--seed: a run keeps its seed, which is ${before.seed}.`);
  }
  const out = flags.text('out');
  if (out !== undefined && out !== run) throw new UsageError('--out: a run continues in its own folder.');
  const data = flags.text('data') ?? before.data;
  return {
    ...before,
    steps: flags.whole('steps', 1) ?? before.steps,
    ...(data !== undefined && { data }),
    engine: engineSettings(flags, before.engine),
  };
}

function assertSteps(done: number, total: number): void {
  if (done <= total) return;
  throw new UsageError(
    `--steps is the total: the run has done ${done} steps already, ${total} were asked for.`,
  );
}
