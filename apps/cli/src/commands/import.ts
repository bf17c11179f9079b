import { lstat } from 'node:fs/promises';
import { basename, join, resolve } from 'node:path';
import { createRandomStream, type Storage, TintypeError } from '@tintype/core-tensor';
import { createFileStorage } from '@tintype/core-tensor/node';
import { createImportedRecipe, importDiffusersPipeline, importedSettings } from '@tintype/recipes';
import { type ArgsDef, defineCommand } from 'citty';
import type { Command, CommandContext, CommandResult } from '../command.ts';
import { engineSettings, startEngine } from '../engine.ts';
import { commonFlags } from '../flags.ts';
import { withRun } from '../open-run.ts';
import { applyOverrides } from '../overrides.ts';
import { assertNoRun, removeRun } from '../run-files.ts';
import { type RunRecord, recordJson } from '../run-record.ts';
import { parseSeed } from '../seed.ts';
import { version } from '../version.ts';

const flags = {
  folder: { type: 'positional', description: 'A pipeline folder of diffusers (model_index.json)' },
  set: {
    type: 'string',
    valueHint: 'key=value',
    description: 'How it is trained on: learningRate, gradientClip, emaDecay or batchSize; may be repeated',
  },
  force: { type: 'boolean', description: 'Replace the run that --out holds' },
  ...commonFlags,
} as const satisfies ArgsDef;

export const importCommand: Command = {
  definition: defineCommand({
    meta: {
      name: 'import',
      description: 'Make a run of a pipeline folder of diffusers; nothing in it is executed',
    },
    args: flags as ArgsDef,
  }),
  flags,
  run,
};

const defaultBatchSize = 16;

async function run({ flags, terminal }: CommandContext): Promise<CommandResult> {
  const from = flags.positionals[0]!;
  const overrides = flags.all('set');
  const { batchSize, ...settings } = applyOverrides(
    { ...importedSettings, batchSize: defaultBatchSize },
    overrides,
  );
  const seed = flags.text('seed') ?? '0';
  const rng = createRandomStream(parseSeed(seed));
  const run = flags.text('out') ?? join('runs', basename(resolve(from)));
  const source = createFileStorage(from);
  await assertPipeline(source, from);
  const asked = engineSettings(flags);
  const { name: backend, device, reason } = await startEngine(asked);
  const imported = await importDiffusersPipeline(source, rng.fork('model'), settings);
  const { model, trainStep, config, ignored } = imported;
  try {
    const recipe = createImportedRecipe(config);
    const record: RunRecord = {
      formatVersion: 1,
      recipe: recipe.name,
      system: recipe.system,
      seed,
      steps: 0,
      batchSize,
      config,
      overrides,
      importedFrom: resolve(from),
      engine: { ...asked, backend },
      backend: { name: backend, device, reason },
      versions: { tintype: version, node: process.version },
    };
    const checkpoint = await withRun(run, terminal, async ({ storage, folder, checkpoints }) => {
      if (flags.isSet('force')) await removeRun(storage);
      else await assertNoRun(storage, run);
      await folder.writeRecipe(recordJson(record));
      return join(run, await checkpoints.save(0, trainStep.state));
    });
    const { pipeline, unet, scheduler } = config;
    const { imageSize, channels } = unet;
    const { sampler } = scheduler;
    const facts = { run, recipe: recipe.name, from, pipeline, sampler, imageSize, channels };
    return {
      report: { ...facts, backend, reason, ignored, checkpoint },
      text: [
        `${pipeline} of ${from}: images [${imageSize}, ${imageSize}, ${channels}], sampled with ${sampler}`,
        ...(ignored.length > 0 ? [`not opened  ${ignored.join(', ')}`] : []),
        `run         ${run}`,
        `samples     tintype sample ${run}`,
      ].join('\n'),
    };
  } finally {
    trainStep.dispose();
    model.dispose();
  }
}

async function assertPipeline(storage: Storage, folder: string): Promise<void> {
  const found = await lstat(folder).catch(() => undefined);
  if (!found?.isDirectory()) {
    throw new TintypeError('E_NO_RUN', { where: folder, what: 'there is no such folder' });
  }
  if (await storage.exists('model_index.json')) return;
  throw new TintypeError('E_NO_RUN', {
    where: folder,
    what: 'the folder holds no pipeline (no model_index.json)',
    remedy: 'Name the folder that save_pretrained of a pipeline of diffusers wrote, or tintype export',
  });
}
