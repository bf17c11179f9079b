import { mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { recipes } from '@tintype/recipes';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { cli } from './tiny-recipe.test-support.ts';

/** What makes each recipe small enough for a test; its data are the digits themselves. */
const sizes: Readonly<Record<string, readonly string[]>> = {
  'vae-mnist': ['imageSize=8', 'hiddenUnits=[6]', 'latentDim=2', 'batchSize=8'],
  'gan-mnist': [
    'imageSize=8',
    'latentDim=4',
    'generatorChannels=4',
    'discriminatorChannels=4',
    'batchSize=8',
  ],
  'ddpm-mnist': ['imageSize=8', 'blockOutChannels=[8,8]', 'normGroups=4', 'timesteps=10', 'batchSize=4'],
  'cfg-mnist': ['imageSize=8', 'blockOutChannels=[8,8]', 'normGroups=4', 'timesteps=10', 'batchSize=4'],
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

describe.each(recipes)('$name', (recipe) => {
  const run = (name: string) => join(root, `${recipe.name}-${name}`);
  const settings = sizes[recipe.name]!.flatMap((setting) => ['--set', setting]);
  const engine = ['--backend', 'wasm', '--deterministic', '--seed', '1', '--json'];
  const train = (name: string, steps: number) =>
    cli(['train', recipe.name, '--steps', String(steps), '--out', run(name), ...settings, ...engine], {
      recipe,
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
    await train('sampled', 1);
    const sample = (out: string, ...more: string[]) =>
      cli(['sample', run('sampled'), '--out', run(out), ...(sampling[recipe.name] ?? []), ...more], {
        recipe,
      });
    expect((await sample('three', '--count', '3')).code).toBe(0);
    expect((await sample('one', '--count', '1', '--first-index', '1')).code).toBe(0);
    const [a, b] = await Promise.all(['three', 'one'].map((out) => readFile(join(run(out), '000001.png'))));
    expect(a!.equals(b!)).toBe(true);
  });

  test('a checkpoint that lacks one of its files is refused', async () => {
    await train('damaged', 1);
    const folder = join(run('damaged'), 'step-0000001');
    for (const name of await readdir(folder)) {
      const content = await readFile(join(folder, name));
      await rm(join(folder, name));
      const { code, report } = await cli(['resume', run('damaged'), '--steps', '2', '--json'], { recipe });
      expect(report, name).toMatchObject({ error: { code: 'E_CHECKPOINT' } });
      expect(code).toBe(1);
      await writeFile(join(folder, name), content);
    }
  });
});
