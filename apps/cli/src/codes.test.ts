import { cp, mkdir, mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { decodePng, encodePng } from '@tintype/core-tensor';
import type { Recipe } from '@tintype/recipes';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { cli, tinyRecipe } from './tiny-recipe.test-support.ts';

let root: string;
let run: string;
let count = 0;

beforeAll(async () => {
  root = await mkdtemp(join(tmpdir(), 'tintype-codes-'));
  run = join(root, 'run');
  const flags = ['--steps', '2', '--backend', 'wasm', '--deterministic', '--seed', '1'];
  expect((await cli(['train', 'tiny', '--out', run, ...flags])).code).toBe(0);
});
afterAll(() => rm(root, { recursive: true, force: true }));

/** A picture as numbers in [0, 1], and half of a file that holds two side by side. */
async function pixelsOf(path: string): Promise<{ width: number; height: number; values: number[] }> {
  const { width, height, values } = await decodePng(await readFile(path));
  return { width, height, values: [...values].map((value) => value / 255) };
}

/** What is left of the middle of a picture, and what is right of it. */
function halves({ width, values }: { width: number; values: number[] }): [number[], number[]] {
  const isLeft = (i: number) => i % width < width / 2;
  return [values.filter((_, i) => isLeft(i)), values.filter((_, i) => !isLeft(i))];
}

const bySize = { width: 6, height: 6, channels: 1 } as const;

async function folderOfPictures(size: number): Promise<string> {
  const folder = join(root, `folder-${count++}`);
  await mkdir(folder);
  for (let i = 0; i < size; i++) {
    const values = Uint8Array.from({ length: 36 }, (_, at) => (at * (i + 3) * 7) % 256);
    await writeFile(join(folder, `${i}.png`), encodePng({ ...bySize, values }));
  }
  return folder;
}

describe('reconstruct', () => {
  test('writes originals beside their reconstructions and reports how far they differ', async () => {
    const out = join(run, 'back');
    const flags = ['--count', '5', '--first-index', '1', '--out', out];
    const { code, report } = await cli(['reconstruct', run, ...flags, '--json']);
    expect(code).toBe(0);
    expect(report).toMatchObject({ run, recipe: 'tiny', step: 2, weights: 'model', firstIndex: 1, count: 5 });
    expect(await readdir(out)).toEqual([...[1, 2, 3, 4, 5].map((i) => `00000${i}.png`), 'grid.png']);
    const pairs = await Promise.all((report.files as string[]).map(pixelsOf));
    expect(pairs[0]).toMatchObject({ width: 12, height: 6 });
    const errors = pairs.map((pair) => {
      const [original, back] = halves(pair);
      return original.reduce((sum, value, i) => sum + (value - back[i]!) ** 2, 0) / original.length;
    });
    const mean = (values: number[]) => values.reduce((sum, value) => sum + value, 0) / values.length;
    expect(report.mse).toBeCloseTo(mean(errors), 3);
    expect(report.psnr).toBeCloseTo(mean(errors.map((error) => 10 * Math.log10(1 / error))), 1);
    // Three pairs make rows of two pairs: four images with 2 pixels around each.
    expect(await pixelsOf(String(report.grid))).toMatchObject({ width: 4 * 8 + 2, height: 3 * 8 + 2 });
    const text = await cli(['reconstruct', run, ...flags]);
    expect(text.out.join('\n')).toMatch(/mse +0\.\d+ .*\npsnr +[\d.]+ dB/);
  });

  test('the error is that of pixels in [0, 1]', async () => {
    const recipe: Recipe = { ...tinyRecipe, reconstruct: (_, images) => images.add(0.2) };
    const { report } = await cli(['reconstruct', run, '--json'], { recipe });
    expect(report.count).toBe(12);
    expect(report.mse).toBeCloseTo(0.01, 6);
    expect(report.psnr).toBeCloseTo(20, 4);
  });

  test('--data takes the images of a folder, at the size of the recipe', async () => {
    const folder = await folderOfPictures(3);
    const { report } = await cli(['reconstruct', run, '--data', folder, '--json']);
    expect(report.count).toBe(3);
    const [original] = halves(await pixelsOf((report.files as string[])[2]!));
    expect(original).toEqual((await pixelsOf(join(folder, '2.png'))).values);
  });

  test('what has no codes, what is not held out and what is not there are refused', async () => {
    const refused = async (args: string[], recipe: Recipe, ...words: string[]) => {
      const { code, report, notes } = await cli(['reconstruct', ...args, '--json'], { recipe });
      expect(report).toMatchObject({ error: { code: 'E_CONFIG' } });
      expect(code).toBe(2);
      for (const word of words) expect(notes).toContain(word);
    };
    const { reconstruct: _, ...withoutCodes } = tinyRecipe;
    await refused([run], withoutCodes, 'have no codes');
    const { heldOut: __, ...withoutHeldOut } = tinyRecipe;
    await refused([run], withoutHeldOut, 'holds no images back', '--data');
    await refused([run, '--count', '13'], tinyRecipe, 'images 0 … 12', 'images 0 … 11');
    await refused([run, '--first-index', '12'], tinyRecipe, 'images 0 … 11');
    const onMine = join(root, 'on-mine');
    await cp(run, onMine, { recursive: true });
    const record = JSON.parse(await readFile(join(run, 'recipe.json'), 'utf8'));
    await writeFile(join(onMine, 'recipe.json'), JSON.stringify({ ...record, data: 'mine' }));
    await refused([onMine], tinyRecipe, 'other images, mine', '--data');
  });

  test('a model that gives back another size is named', async () => {
    const recipe: Recipe = {
      ...tinyRecipe,
      reconstruct: (_, images) => images.slice([0, 0, 0, 0], [-1, 3, 3, 1]),
    };
    const { code, report } = await cli(['reconstruct', run, '--json'], { recipe });
    expect(report).toMatchObject({ error: { code: 'E_SHAPE' } });
    expect(code).toBe(1);
  });
});

describe('interpolate', () => {
  test('makes a row between each two images, the same whichever are made with it', async () => {
    const [a, b] = [join(run, 'a'), join(run, 'b')];
    const many = await cli(['interpolate', run, '--count', '3', '--steps', '4', '--out', a, '--json']);
    expect(many.code).toBe(0);
    const pairs = many.report.pairs as [number, number][];
    expect(pairs.length).toBe(3);
    expect(new Set(pairs.flat()).size).toBe(6);
    expect((many.report.files as string[]).length).toBe(12);
    expect(await pixelsOf(join(a, 'grid.png'))).toMatchObject({ width: 4 * 8 + 2, height: 3 * 8 + 2 });
    const one = await cli(['interpolate', run, '--count', '1', '--steps', '4', '--out', b, '--json']);
    expect(one.report.pairs).toEqual(pairs.slice(0, 1));
    expect(await readFile(join(b, '000000-000002.png'))).toEqual(
      await readFile(join(a, '000000-000002.png')),
    );
    const other = await cli(['interpolate', run, '--count', '3', '--seed', '9', '--out', b, '--json']);
    expect(other.report.pairs).not.toEqual(pairs);
  });

  test('--from and --to name a row, whose ends are the reconstructions', async () => {
    const { report, code } = await cli(['interpolate', run, '--from', '2', '--to', '5', '--json']);
    expect(code).toBe(0);
    expect(report).toMatchObject({ pairs: [[2, 5]], steps: 8, weights: 'model' });
    const files = report.files as string[];
    expect(files.length).toBe(8);
    const back = await cli(['reconstruct', run, '--json']);
    const pairs = back.report.files as string[];
    for (const [file, index] of [
      [files[0]!, 2],
      [files[7]!, 5],
    ] as const) {
      expect((await pixelsOf(file)).values).toEqual(halves(await pixelsOf(pairs[index]!))[1]);
    }
  });

  test.each([
    [['--from', '1'], 'go together'],
    [['--from', '1', '--to', '2', '--count', '2'], '--count'],
    [['--from', '1', '--to', '12'], '0 … 11'],
    [['--count', '7'], 'at most 6'],
    [['--steps', '1'], 'at least 2'],
  ])('%j is refused', async (args, words) => {
    const { code, notes } = await cli(['interpolate', run, ...args]);
    expect(notes).toContain(words);
    expect(code).toBe(2);
  });

  test('a recipe whose models have no codes names those that have', async () => {
    const { interpolate: _, ...recipe } = tinyRecipe;
    const others = [{ ...tinyRecipe, name: 'coded' }];
    const { code, notes } = await cli(['interpolate', run], { recipe, others });
    expect(notes).toContain('Recipes that have: coded');
    expect(code).toBe(2);
  });
});
