import { mkdir, mkdtemp, readdir, readFile, rm, stat, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { decodePng, encodePng, joinBatches, type Monitor } from '@tintype/core-tensor';
import { acquireRunLock } from '@tintype/core-tensor/node';
import type { Recipe, ScoreReport } from '@tintype/recipes';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { cli, tinyRecipe } from './tiny-recipe.test-support.ts';

let root: string;
let count = 0;

beforeAll(async () => {
  root = await mkdtemp(join(tmpdir(), 'tintype-cli-'));
});
afterAll(() => rm(root, { recursive: true, force: true }));

const newRun = () => join(root, `run-${count++}`);
const engine = ['--backend', 'wasm', '--deterministic', '--seed', '1'];

const train = (run: string, steps: number, ...more: string[]) =>
  cli([
    'train',
    'tiny',
    '--out',
    run,
    '--steps',
    String(steps),
    ...engine,
    '--log-every',
    '1',
    '--json',
    ...more,
  ]);

/** Every file of the checkpoint of a step, by name. */
async function checkpointFiles(run: string, step: number): Promise<Record<string, string>> {
  const folder = join(run, `step-${String(step).padStart(7, '0')}`);
  const names = await readdir(folder);
  const files = names.map(
    async (name) => [name, (await readFile(join(folder, name))).toString('hex')] as const,
  );
  return Object.fromEntries(await Promise.all(files));
}

describe('train', () => {
  test('what monitors find is told, reported and kept with the metrics, and they are freed', async () => {
    const run = newRun();
    let disposed = 0;
    const verdict = { verdict: 'dim', evidence: { brightness: 0.25 }, advice: 'Light a lamp.' };
    const monitor: Monitor = {
      name: 'dim',
      interval: 2,
      check: ({ step }) => (step === 2 ? verdict : undefined),
      dispose: () => void disposed++,
    };
    const recipe: Recipe = { ...tinyRecipe, monitors: async () => [monitor] };
    const flags = ['--out', run, '--steps', '4', '--log-every', '4', ...engine];
    const { report, notes } = await cli(['train', 'tiny', ...flags, '--json'], { recipe });
    expect(report.verdicts).toEqual([{ step: 2, ...verdict }]);
    expect(notes).toContain('step 2: dim. Light a lamp.');
    const lines = (await readFile(join(run, 'metrics.jsonl'), 'utf8')).trim().split('\n');
    expect(lines.map((line) => JSON.parse(line))).toMatchObject([
      { step: 2, 'verdict/dim': 1, 'verdict/dim/brightness': 0.25 },
      { step: 4 },
    ]);
    expect(disposed).toBe(1);
  });

  test('leaves a whole run and one JSON document', async () => {
    const run = newRun();
    const { code, report } = await train(run, 3);
    expect(code).toBe(0);
    expect(report).toMatchObject({
      run,
      recipe: 'tiny',
      steps: 3,
      totalSteps: 3,
      backend: 'wasm',
      isInterrupted: false,
    });
    expect(String(report.reason)).toContain('wasm');
    const losses = report.losses as Record<string, [number, number][]>;
    expect(Object.keys(losses)).toEqual(['total', 'reconstruction', 'kl', 'klWeight']);
    expect(losses.total!.map(([step]) => step)).toEqual([1, 2, 3]);
    const names = (await readdir(run)).map((name) => name.replace(/tfevents.*/, 'tfevents'));
    expect(names.sort()).toEqual(
      [
        'events.out.tfevents',
        'latest.json',
        'metrics.jsonl',
        'recipe.json',
        'samples',
        'step-0000003',
      ].sort(),
    );
    expect(await readdir(join(run, 'samples'))).toContain('final.png');
    expect((await readFile(join(run, 'metrics.jsonl'), 'utf8')).trim().split('\n').length).toBe(3);
  });

  test('without --json says backend, reason, rate and paths', async () => {
    const run = newRun();
    const { out, notes } = await cli(['train', 'tiny', '--out', run, '--steps', '2', ...engine]);
    expect(out.join('\n')).toMatch(/backend +wasm .+asked for/);
    expect(out.join('\n')).toMatch(/rate +[\d.]+ (steps\/s|s\/step)/);
    expect(out.join('\n')).toContain(join(run, 'samples', 'final.png'));
    expect(notes).toContain('2/2');
  });

  test('the same seed gives the same bytes and losses, another seed does not', async () => {
    const [a, b, c] = [newRun(), newRun(), newRun()];
    const first = await train(a, 3);
    const second = await train(b, 3);
    expect(second.report.losses).toEqual(first.report.losses);
    expect(await checkpointFiles(b, 3)).toEqual(await checkpointFiles(a, 3));
    await cli(['train', 'tiny', '--out', c, '--steps', '3', '--backend', 'wasm', '--seed', '2', '--json']);
    expect(await checkpointFiles(c, 3)).not.toEqual(await checkpointFiles(a, 3));
  });

  test('a folder that holds a run is refused, --force replaces the run and nothing else', async () => {
    const run = newRun();
    await train(run, 2);
    await writeFile(join(run, 'notes.txt'), 'mine');
    const refused = await train(run, 3);
    expect(refused.code).toBe(1);
    expect(refused.report).toMatchObject({ error: { code: 'E_RUN_EXISTS' } });
    expect(refused.notes).toContain('--force');
    expect((await train(run, 3, '--force')).code).toBe(0);
    const names = await readdir(run);
    expect(names).toContain('notes.txt');
    expect(names).not.toContain('step-0000002');
  });

  test('a run in use by another process is refused', async () => {
    const run = newRun();
    const lock = await acquireRunLock(run);
    const { code, report } = await train(run, 2);
    await lock.release();
    expect(code).toBe(1);
    expect(report).toMatchObject({ error: { code: 'E_RUN_LOCKED' } });
  });

  test('--set changes config, steps and batchSize, and the run remembers', async () => {
    const run = newRun();
    const settings = ['--set', 'learningRate=0.01', '--set', 'hiddenUnits=[3]', '--set', 'steps=2'];
    const { report } = await cli(['train', 'tiny', '--out', run, ...settings, ...engine, '--json']);
    expect(report.steps).toBe(2);
    const record = JSON.parse(await readFile(join(run, 'recipe.json'), 'utf8'));
    expect(record.config).toMatchObject({ learningRate: 0.01, hiddenUnits: [3] });
  });

  test('--data trains on a folder of pictures instead', async () => {
    const [run, folder] = [newRun(), newRun()];
    await mkdir(folder);
    for (let i = 0; i < 5; i++) {
      const values = Uint8Array.from({ length: 8 * 8 * 3 }, (_, at) => (at * (i + 3)) % 256);
      await writeFile(join(folder, `${i}.png`), encodePng({ width: 8, height: 8, channels: 3, values }));
    }
    expect((await train(run, 2, '--data', folder)).code).toBe(0);
    const other = newRun();
    await train(other, 2);
    expect(await checkpointFiles(run, 2)).not.toEqual(await checkpointFiles(other, 2));
    const missing = await train(newRun(), 2, '--data', join(root, 'nowhere'));
    expect(missing.report).toMatchObject({ error: { code: 'E_DATA_MISSING' } });
  });

  test('a training that is no longer finite fails by name and keeps what was finite', async () => {
    const run = newRun();
    const settings = ['--set', 'learningRate=1e30', '--checkpoint-every', '1'];
    const { code, report } = await train(run, 30, ...settings);
    expect(code).toBe(1);
    expect(report).toMatchObject({ error: { code: 'E_NON_FINITE' } });
  });
});

test('a recipe with a grid of its own decides how its samples are laid out', async () => {
  const run = newRun();
  const recipe: Recipe = { ...tinyRecipe, grid: { count: 6, columns: 2, previewCount: 2 } };
  const sizeOf = async (path: string) => {
    const { width, height } = await decodePng(await readFile(join(run, path)));
    return [width, height];
  };
  const { code, out } = await cli(['train', 'tiny', '--out', run, '--steps', '51', ...engine], { recipe });
  expect(code).toBe(0);
  expect(out.join('\n')).toContain(join(run, 'samples', 'training.gif'));
  expect((await readdir(join(run, 'samples'))).sort()).toEqual([
    'final.png',
    'step-0000050.png',
    'training.gif',
  ]);
  expect(await sizeOf('samples/final.png')).toEqual([2 * 8 + 2, 3 * 8 + 2]);
  expect(await sizeOf('samples/step-0000050.png')).toEqual([2 * 8 + 2, 8 + 2]);
  await cli(['sample', run, '--out', join(run, 'more')], { recipe });
  expect(await sizeOf('more/grid.png')).toEqual([2 * 8 + 2, 3 * 8 + 2]);
});

describe('resume', () => {
  test('2 steps and resuming to 4 gives the bytes and losses of 4 straight', async () => {
    const [straight, parted] = [newRun(), newRun()];
    const whole = await train(straight, 4);
    await train(parted, 2);
    const { code, report } = await cli(['resume', parted, '--steps', '4', '--log-every', '1', '--json']);
    expect(code).toBe(0);
    expect(await checkpointFiles(parted, 4)).toEqual(await checkpointFiles(straight, 4));
    const losses = whole.report.losses as Record<string, [number, number][]>;
    expect((report.losses as typeof losses).total).toEqual(losses.total!.slice(2));
    const lines = (await readFile(join(parted, 'metrics.jsonl'), 'utf8')).trim().split('\n');
    expect(lines.map((line) => JSON.parse(line).step)).toEqual([1, 2, 3, 4]);
    expect(await readFile(join(parted, 'samples', 'final.png'))).toEqual(
      await readFile(join(straight, 'samples', 'final.png')),
    );
  });

  test('an interrupted training saves, and goes on as if nothing had happened', async () => {
    const [straight, parted] = [newRun(), newRun()];
    await train(straight, 5);
    const controller = new AbortController();
    const recipe = {
      ...tinyRecipe,
      data: async (options: Parameters<typeof tinyRecipe.data>[0]) => {
        const source = await tinyRecipe.data(options);
        const batch: typeof source.batch = (step, request) => {
          if (step === 2) controller.abort();
          return source.batch(step, request);
        };
        return { batch };
      },
    };
    const args = ['train', 'tiny', '--out', parted, '--steps', '5', ...engine, '--json'];
    const { code, report } = await cli(args, { recipe, signal: controller.signal });
    expect(code).toBe(0);
    expect(report).toMatchObject({ steps: 3, totalSteps: 5, isInterrupted: true });
    expect((await cli(['resume', parted, '--json'])).report).toMatchObject({
      steps: 5,
      isInterrupted: false,
    });
    expect(await checkpointFiles(parted, 5)).toEqual(await checkpointFiles(straight, 5));
  });

  test('a finished run is resumed without a step', async () => {
    const run = newRun();
    await train(run, 2);
    await rm(join(run, 'samples'), { recursive: true });
    const { code, report } = await cli(['resume', run, '--json']);
    expect(code).toBe(0);
    expect(report).toMatchObject({ steps: 2, losses: {} });
    expect(await readdir(join(run, 'samples'))).toEqual(['final.png']);
  });

  test('what does not fit is refused', async () => {
    const run = newRun();
    await train(run, 3);
    expect(await cli(['resume', run, '--steps', '2'])).toMatchObject({ code: 2 });
    expect(await cli(['resume', run, '--seed', '9'])).toMatchObject({ code: 2 });
    const record = JSON.parse(await readFile(join(run, 'recipe.json'), 'utf8'));
    const change = async (changes: object, code: string) => {
      await writeFile(join(run, 'recipe.json'), JSON.stringify({ ...record, ...changes }));
      expect((await cli(['resume', run, '--json'])).report).toMatchObject({ error: { code } });
    };
    await change({ config: { ...record.config, more: 1 } }, 'E_CHECKPOINT_MISMATCH');
    await change({ config: { ...record.config, latentDim: 3 } }, 'E_CHECKPOINT_MISMATCH');
    await change({ recipe: 'other' }, 'E_UNKNOWN_OPTION');
    await change({ formatVersion: 2 }, 'E_CHECKPOINT');
    await change({ steps: '__proto__' }, 'E_CHECKPOINT');
  });

  test('a folder without a run is named and not created', async () => {
    const run = newRun();
    expect((await cli(['resume', run, '--json'])).report).toMatchObject({ error: { code: 'E_NO_RUN' } });
    await expect(stat(run)).rejects.toThrow();
  });
});

describe('sample', () => {
  test('image i is the same whichever images are made with it', async () => {
    const run = newRun();
    await train(run, 2);
    const [a, b] = [join(run, 'a'), join(run, 'b')];
    const many = await cli(['sample', run, '--count', '5', '--out', a, '--json']);
    expect(many.report).toMatchObject({ count: 5, step: 2, weights: 'model', backend: 'wasm' });
    const few = ['sample', run, '--count', '2', '--first-index', '3', '--set', 'batchSize=1', '--out', b];
    expect((await cli(few)).code).toBe(0);
    expect(await readdir(b)).toEqual(['000003.png', '000004.png', 'grid.png']);
    for (const name of ['000003.png', '000004.png']) {
      expect(await readFile(join(b, name))).toEqual(await readFile(join(a, name)));
    }
    await cli(['sample', run, '--count', '5', '--seed', '9', '--out', b]);
    expect(await readFile(join(b, '000003.png'))).not.toEqual(await readFile(join(a, '000003.png')));
  });

  test('an unknown sampling option is refused by name', async () => {
    const run = newRun();
    await train(run, 1);
    const { code, notes } = await cli(['sample', run, '--set', 'batchsize=2']);
    expect(code).toBe(2);
    expect(notes).toContain('The nearest is batchSize');
  });
});

describe('evaluate', () => {
  /** Counts, with the images that `sample` makes, how many are brighter than the option asks. */
  const measured = (expectations: Recipe['expectations']): Recipe => ({
    ...tinyRecipe,
    evaluate: async (model, { count, rng, options }) => {
      const images = await joinBatches(tinyRecipe.sample(model, { count, firstIndex: 0, rng, options }));
      const mean = (await images.data<'float32'>()).reduce((sum, value) => sum + value, 0) / images.size;
      images.dispose();
      return { brightness: mean };
    },
    expectations,
  });

  test('measures the images of sample, and says which expectations are met', async () => {
    const run = newRun();
    await train(run, 2);
    const recipe = measured([
      { id: '0.1', name: 'not black', metric: 'brightness', direction: '>=', threshold: -0.99 },
      { id: '0.2', name: 'brighter than white', metric: 'brightness', direction: '>=', threshold: 2 },
      { id: '0.3', name: 'measured elsewhere', metric: 'contrast', direction: '<=', threshold: 1 },
    ]);
    const { code, report } = await cli(['evaluate', run, '--count', '3', '--json'], { recipe });
    expect(code).toBe(0);
    expect(report).toMatchObject({ n: 3, seed: '1', step: 2, weights: 'model', backend: 'wasm' });
    expect(report.expectations).toMatchObject([
      { id: '0.1', isMet: true },
      { id: '0.2', isMet: false },
    ]);
    await cli(['sample', run, '--count', '3', '--out', join(run, 'a')]);
    const pixels = await Promise.all(
      ['000000.png', '000001.png', '000002.png'].map(async (name) =>
        decodePng(await readFile(join(run, 'a', name))),
      ),
    );
    const values = pixels.flatMap((image) => [...image.values]);
    const mean = values.reduce((sum, value) => sum + value, 0) / values.length / 127.5 - 1;
    expect(report.brightness).toBeCloseTo(mean, 1);
    const text = await cli(['evaluate', run, '--count', '3', '--seed', '8'], { recipe });
    expect(text.out.join('\n')).toMatch(/3 images of seed 8/);
    expect(text.out.join('\n')).toMatch(/met +0\.1: not black.*\nMISSED +0\.2/);
  });

  test('scores are printed in one line each, and stand in the report', async () => {
    const run = newRun();
    await train(run, 1);
    const score: ScoreReport = {
      name: 'FID-Grey',
      hash: '0123456789abcdef',
      dimension: 1,
      value: 41.2,
      interval: { low: 38.9, high: 43.6 },
      confidence: 0.95,
      n: { real: 100, fake: 3, floor: { real: 100, heldOut: 3 }, knownBad: 3 },
      realVsRealFloor: 10.6,
      knownBadCeiling: 850,
      remarks: [],
    };
    const recipe: Recipe = {
      ...tinyRecipe,
      evaluate: async (_, { onScore }) => {
        onScore?.(score);
        return { grey: 41.2 };
      },
    };
    const { out } = await cli(['evaluate', run, '--count', '3'], { recipe });
    expect(out.join('\n')).toMatch(/FID-Grey 41\.2 \(95 % 38\.9 … 43\.6.*floor 10\.6.*0123456789abcdef/);
    const { report } = await cli(['evaluate', run, '--count', '3', '--json'], { recipe });
    expect(report).toMatchObject({ grey: 41.2, scores: [score] });
  });

  test('a recipe that measures nothing and a run on other images are refused', async () => {
    const run = newRun();
    await train(run, 1);
    const refused = await cli(['evaluate', run, '--json']);
    expect(refused).toMatchObject({ code: 2, report: { error: { code: 'E_CONFIG' } } });
    const record = JSON.parse(await readFile(join(run, 'recipe.json'), 'utf8'));
    await writeFile(join(run, 'recipe.json'), JSON.stringify({ ...record, data: 'mine' }));
    expect((await cli(['evaluate', run], { recipe: measured([]) })).notes).toContain('other images, mine');
  });
});

describe('inspect', () => {
  test('shows recipe, steps, parameters, files with hashes and the last metrics', async () => {
    const run = newRun();
    await train(run, 2);
    await writeFile(join(run, 'model.py'), 'raise SystemExit');
    const { code, report } = await cli(['inspect', run, '--json']);
    expect(code).toBe(0);
    expect(report).toMatchObject({
      recipe: 'tiny',
      steps: 2,
      totalSteps: 2,
      lastMetrics: { step: 2 },
      problems: [],
    });
    // 36·4 + 4, twice 4·2 + 2, 2·4 + 4, 4·36 + 36
    expect(report.parameters).toBe(148 + 20 + 12 + 180);
    const files = report.files as { path: string; sha256: string }[];
    expect(files.map(({ path }) => path)).toEqual(
      expect.arrayContaining(['model.py', 'recipe.json', 'step-0000002/model.safetensors']),
    );
    expect(files.every(({ sha256 }) => /^[0-9a-f]{64}$/.test(sha256))).toBe(true);
  });

  test('damage is reported, and the rest is still shown', async () => {
    const run = newRun();
    await train(run, 2);
    const model = join(run, 'step-0000002', 'model.safetensors');
    const bytes = await readFile(model);
    bytes[bytes.length - 1]! ^= 1;
    await writeFile(model, bytes);
    const { code, report } = await cli(['inspect', run, '--json']);
    expect(code).toBe(0);
    expect(report).toMatchObject({ recipe: 'tiny', lastMetrics: { step: 2 } });
    expect(String(report.problems)).toContain('SHA-256');
    expect((await cli(['inspect', join(root, 'nowhere')])).code).toBe(1);
  });
});
