import { writeFile } from 'node:fs/promises';
import { TintypeError } from '@tintype/core-tensor';
import { createPackageDataFiles } from '@tintype/datasets/node';
import { describeScore, type Expectation, type Recipe, type ScoreReport } from '@tintype/recipes';
import { type ArgsDef, defineCommand } from 'citty';
import type { Command, CommandContext, CommandResult } from '../command.ts';
import { commonFlags } from '../flags.ts';
import { applyOverrides } from '../overrides.ts';
import type { RunRecord } from '../run-record.ts';
import { findRun, withTrainedRun } from '../with-trained-run.ts';

const flags = {
  run: { type: 'positional', description: 'The run folder' },
  count: { type: 'string', valueHint: 'n', description: 'Number of images to measure (default: 500)' },
  set: {
    type: 'string',
    valueHint: 'key=value',
    description: "One of the recipe's sampling options; may be repeated",
  },
  ...commonFlags,
} as const satisfies ArgsDef;

export const evaluateCommand: Command = {
  definition: defineCommand({
    meta: {
      name: 'evaluate',
      description: 'Measure what a trained run makes against what its recipe expects',
    },
    args: flags as ArgsDef,
  }),
  flags,
  run,
};

const defaultCount = 500;

async function run(context: CommandContext): Promise<CommandResult> {
  const { flags, signal } = context;
  const n = flags.whole('count', 1) ?? defaultCount;
  const found = await findRun(context);
  const { recipe, seed } = found;
  const evaluate = evaluationOf(recipe, found.record);
  const options = applyOverrides(recipe.sampleOptions, flags.all('set'));
  const rng = found.rng.fork('samples');

  return withTrainedRun(found, context, async (model, facts) => {
    const files = createPackageDataFiles();
    const scores: ScoreReport[] = [];
    const onScore = (score: ScoreReport) => void scores.push(score);
    const figures = await evaluate(model, { count: n, rng, options, files, signal, onScore });
    const expectations = recipe.expectations.flatMap((each) => verdictOf(each, figures));
    const report = { ...facts, seed, n, options, ...figures, scores, expectations };
    const out = flags.text('out');
    if (out !== undefined) await writeFile(out, `${JSON.stringify(report, null, 2)}\n`);
    return { report, text: describe(report, figures) };
  });
}

function evaluationOf(recipe: Recipe, { data }: RunRecord): NonNullable<Recipe['evaluate']> {
  const refuse = (what: string) => {
    throw new TintypeError('E_CONFIG', { where: `evaluate: ${recipe.name}`, what });
  };
  if (!recipe.evaluate) refuse('the recipe measures nothing yet');
  if (data !== undefined)
    refuse(`the run was trained on other images, ${data}, which the evaluation does not know`);
  return recipe.evaluate!;
}

interface Verdict extends Expectation {
  readonly isMet: boolean;
}

/** Only what was measured can be met or missed. */
function verdictOf(expectation: Expectation, figures: Readonly<Record<string, number>>): Verdict[] {
  const { metric, direction, threshold } = expectation;
  const value = figures[metric];
  if (value === undefined) return [];
  return [{ ...expectation, isMet: direction === '<=' ? value <= threshold : value >= threshold }];
}

interface Report {
  readonly run: string;
  readonly step: number;
  readonly seed: string;
  readonly n: number;
  readonly scores: readonly ScoreReport[];
  readonly expectations: readonly Verdict[];
}

function describe(
  { run, step, seed, n, scores, expectations }: Report,
  figures: Readonly<Record<string, number>>,
): string {
  return [
    `run  ${run} at step ${step}, ${n} images of seed ${seed}`,
    ...scores.map(describeScore),
    ...Object.entries(figures).map(([name, value]) => `${name}  ${value.toPrecision(4)}`),
    ...expectations.map(
      ({ id, name, isMet, direction, threshold }) =>
        `${isMet ? 'met' : 'MISSED'}  ${id}: ${name} (${direction} ${threshold})`,
    ),
  ].join('\n');
}
