import { mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { type Recipe, recipes } from '@tintype/recipes';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { cli } from './tiny-recipe.test-support.ts';

const smallUNet = ['imageSize=8', 'blockOutChannels=[8,8]', 'normGroups=4', 'timesteps=10', 'batchSize=4'];

/** One recipe of each system, and what makes it small enough for a test; its data are the digits themselves. */
const sizes: Readonly<Record<string, readonly string[]>> = {
  'autoencoder-mnist': ['imageSize=8', 'hiddenUnits=[6]', 'latentDim=2', 'batchSize=8'],
  'vae-mnist': ['imageSize=8', 'hiddenUnits=[6]', 'latentDim=2', 'batchSize=8'],
  // The prior begins in the fourth step.
  'vq-vae-mnist': [
    'imageSize=8',
    'hiddenChannels=4',
    'residualLayers=1',
    'codebookSize=8',
    'embeddingDim=2',
    'vqVaeSteps=3',
    'priorChannels=8',
    'priorLayers=1',
    'priorHeads=2',
    'batchSize=8',
  ],
  'gan-mnist': [
    'imageSize=8',
    'latentDim=4',
    'generatorChannels=4',
    'discriminatorChannels=4',
    'batchSize=8',
  ],
  'ddpm-mnist': smallUNet,
  'cfg-mnist': smallUNet,
};

const sampling: Readonly<Record<string, readonly string[]>> = {
  'ddpm-mnist': ['--set', 'numInferenceSteps=3', '--set', 'eta=1'],
  'cfg-mnist': ['--set', 'numInferenceSteps=3', '--set', 'eta=1', '--set', 'imagesPerLabel=1'],
};

let root: string;

beforeAll(async () => {
  root = await mkdtemp(join(tmpdir(), 'tintype-recipes-'));
});
afterAll(() => rm(root, { recursive: true, force: true }));

const tried = recipes.filter(({ name }) => name in sizes);

test('a recipe of every system is tried', () => {
  const systems = (among: readonly Recipe[]) => [...new Set(among.map(({ system }) => system))].sort();
  expect(systems(tried)).toEqual(systems(recipes));
});

describe.each(tried)('$name', (given) => {
  // Few images in the grids that every training ends with.
  const recipe: Recipe = { ...given, grid: { count: 4, columns: 2, previewCount: 2 } };
  const run = (name: string) => join(root, `${recipe.name}-${name}`);
  const settings = sizes[recipe.name]!.flatMap((setting) => ['--set', setting]);
  const engine = ['--backend', 'wasm', '--deterministic', '--seed', '1', '--json'];
  const train = (name: string, steps: number) =>
    cli(['train', recipe.name, '--steps', String(steps), '--out', run(name), ...settings, ...engine], {
      recipe,
    });

  beforeAll(async () => {
    await train('once', 1);
  });

  test('2 steps and resuming to 4 gives every byte of 4 straight', async () => {
    expect((await train('straight', 4)).notes).not.toContain('rror');
    expect((await train('parted', 2)).code).toBe(0);
    expect((await cli(['resume', run('parted'), '--steps', '4', '--json'], { recipe })).code).toBe(0);
    const names = await readdir(join(run('straight'), 'step-0000004'));
    expect(names).toContain('optimizer.safetensors');
    for (const path of [...names.map((name) => join('step-0000004', name)), join('samples', 'final.png')]) {
      const [a, b] = await Promise.all(
        [run('straight'), run('parted')].map((each) => readFile(join(each, path))),
      );
      expect(a!.equals(b!), path).toBe(true);
    }
  });

  test('image 1 is the same alone and among three', async () => {
    const sample = (out: string, ...more: string[]) =>
      cli(['sample', run('once'), '--out', run(out), ...(sampling[recipe.name] ?? []), ...more], {
        recipe,
      });
    expect((await sample('three', '--count', '3')).code).toBe(0);
    expect((await sample('one', '--count', '1', '--first-index', '1')).code).toBe(0);
    const [a, b] = await Promise.all(['three', 'one'].map((out) => readFile(join(run(out), '000001.png'))));
    expect(a!.equals(b!)).toBe(true);
  });

  if (recipe.reconstruct && recipe.interpolate)
    test('held-out images go through the codes and back, and from one to another', async () => {
      const back = await cli(['reconstruct', run('once'), '--count', '2', '--json'], { recipe });
      expect(back.report).toMatchObject({ count: 2, step: 1 });
      expect(back.report.mse).toBeGreaterThan(0);
      const flags = ['--from', '0', '--to', '1', '--steps', '3'];
      const between = await cli(['interpolate', run('once'), ...flags, '--json'], { recipe });
      expect(between.report).toMatchObject({ pairs: [[0, 1]], step: 1 });
      expect((between.report.files as string[]).length).toBe(3);
    });

  test('a checkpoint that lacks one of its files is refused', async () => {
    const folder = join(run('once'), 'step-0000001');
    for (const name of await readdir(folder)) {
      const content = await readFile(join(folder, name));
      await rm(join(folder, name));
      const { code, report } = await cli(['resume', run('once'), '--steps', '2', '--json'], { recipe });
      expect(report, name).toMatchObject({ error: { code: 'E_CHECKPOINT' } });
      expect(code).toBe(1);
      await writeFile(join(folder, name), content);
    }
  });
});
