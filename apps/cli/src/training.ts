import { join } from 'node:path';
import {
  type BackendInfo,
  type BatchSource,
  type Checkpoints,
  type RunFolder,
  type Storage,
  TintypeError,
  type TrainEvent,
  trainLoop,
  type VerdictEvent,
} from '@tintype/core-tensor';
import type { ImageDataset } from '@tintype/datasets';
import { createPackageDataFiles } from '@tintype/datasets/node';
import type { Recipe } from '@tintype/recipes';
import { defaultGrid, encodeGrid } from './grid.ts';
import { type PreparedSystem, withAverage } from './prepare-system.ts';
import { createProgress } from './progress.ts';
import type { RunRecord } from './run-record.ts';
import type { Terminal } from './terminal.ts';
import { createTrainingFilm, type TrainingFilm } from './training-film.ts';

export interface TrainingOptions {
  readonly run: string;
  readonly record: RunRecord;
  readonly recipe: Recipe;
  readonly backend: BackendInfo;
  readonly system: PreparedSystem;
  readonly batches: BatchSource;
  /** The user's own images, where the run is trained on them. */
  readonly images?: ImageDataset;
  readonly storage: Storage;
  readonly folder: RunFolder;
  readonly checkpoints: Checkpoints;
  /** Steps completed before. */
  readonly startStep: number;
  readonly logEvery: number;
  readonly checkpointEvery: number;
  readonly terminal: Terminal;
  readonly signal: AbortSignal;
}

export interface TrainingReport {
  readonly run: string;
  readonly recipe: string;
  /** Steps completed, of `totalSteps`. */
  readonly steps: number;
  readonly totalSteps: number;
  readonly backend: BackendInfo['name'];
  readonly device: string;
  readonly reason: string;
  /** What the monitors and the loop found, first to last. */
  readonly verdicts: readonly Omit<VerdictEvent, 'type'>[];
  /** By name, what was logged: [step, value]. */
  readonly losses: Readonly<Record<string, readonly (readonly [number, number])[]>>;
  readonly stepsPerSecond: number;
  readonly isInterrupted: boolean;
  /** Paths of what was written. */
  readonly outputs: {
    readonly checkpoint?: string;
    readonly samples: readonly string[];
    /** The grids one after the other, where there is more than one. */
    readonly film?: string;
    readonly metrics: string;
  };
}

/** Grids during a training, beside the final one. */
const previews = 8;
const leastPreviewInterval = 50;

/** Trains to the record's steps, writing metrics, previews and checkpoints into the run; an abort ends it cleanly. */
export async function runTraining(options: TrainingOptions): Promise<TrainingReport> {
  const { run, record, recipe, backend, storage, folder, startStep, terminal, signal } = options;
  const progress = createProgress(terminal, startStep, record.steps);
  const losses: Record<string, [number, number][]> = {};
  const samples: string[] = [];
  const film = createTrainingFilm(storage, recipe.grid);
  const verdicts: Omit<VerdictEvent, 'type'>[] = [];
  let checkpoint: string | undefined;
  let steps = startStep;
  let isInterrupted = false;
  const startedAt = performance.now();

  const handle = async (event: TrainEvent): Promise<void> => {
    steps = event.step;
    switch (event.type) {
      case 'metrics':
        for (const [name, value] of Object.entries(event.values))
          losses[name] = [...(losses[name] ?? []), [event.step, value]];
        progress.show(event.values);
        await unlessDiskIsFull(terminal, () =>
          folder.logMetrics(event.step, { ...event.values, stepsPerSecond: event.stepsPerSecond }),
        );
        break;
      case 'verdict':
        terminal.note(`step ${event.step}: ${event.verdict}. ${event.advice}\n`);
        verdicts.push(await logVerdict(folder, terminal, event));
        if (event.verdict === 'device-lost') {
          await folder.dropMetricsAfter(event.step);
          for (const [name, curve] of Object.entries(losses))
            losses[name] = curve.filter(([at]) => at <= event.step);
        }
        break;
      case 'checkpoint':
        checkpoint = join(run, event.path);
        break;
      case 'preview': {
        const name =
          event.step === record.steps ? 'final.png' : `step-${String(event.step).padStart(7, '0')}.png`;
        const png = await encodeGrid(event.images, recipe.grid);
        if (event.step === record.steps) await film.end(event.images);
        await unlessDiskIsFull(terminal, async () => {
          samples.push(join(run, await folder.writeSample(name, png, event.step)));
        });
      }
    }
  };

  const atStep = (step: number) => {
    steps = step;
    progress.at(step);
  };
  try {
    for await (const event of startLoop(options, atStep)) await handle(event);
  } catch (error) {
    if (!(error instanceof TintypeError) || error.code !== 'E_ABORTED') throw error;
    isInterrupted = true;
  } finally {
    progress.end();
  }
  if (startStep === record.steps && !signal.aborted) {
    const images = await render(options, record.steps);
    samples.push(join(run, await folder.writeSample('final.png', await encodeGrid(images, recipe.grid))));
    await film.end(images);
    images.dispose();
  }

  const filmPath = await writeFilm(film, record.steps, terminal);
  const seconds = (performance.now() - startedAt) / 1000;
  return {
    run,
    recipe: record.recipe,
    steps,
    totalSteps: record.steps,
    backend: backend.name,
    device: backend.device,
    reason: backend.reason,
    verdicts,
    losses,
    stepsPerSecond: seconds > 0 ? (steps - startStep) / seconds : 0,
    isInterrupted: isInterrupted || signal.aborted,
    outputs: {
      ...(checkpoint && { checkpoint }),
      samples,
      ...(filmPath !== undefined && { film: join(run, filmPath) }),
      metrics: join(run, 'metrics.jsonl'),
    },
  };
}

/** A film that fails, for a full disk or a grid that is no picture any more, does not fail what was trained. */
async function writeFilm(film: TrainingFilm, steps: number, terminal: Terminal): Promise<string | undefined> {
  try {
    return await film.write(steps);
  } catch (error) {
    if (!(error instanceof TintypeError)) throw error;
    terminal.note(`${error.message}\n`);
    return undefined;
  }
}

/** What a verdict is called in metrics.jsonl: its name and each number of its evidence. */
async function logVerdict(
  folder: RunFolder,
  terminal: Terminal,
  { step, verdict, evidence, advice }: VerdictEvent,
): Promise<Omit<VerdictEvent, 'type'>> {
  const values = Object.entries(evidence).map(([name, value]) => [`verdict/${verdict}/${name}`, value]);
  await unlessDiskIsFull(terminal, () =>
    folder.logMetrics(step, { [`verdict/${verdict}`]: 1, ...Object.fromEntries(values) }),
  );
  return { step, verdict, evidence, advice };
}

/** A line of metrics or a picture that the disk refuses does not end a training; a lost checkpoint does, in time. */
async function unlessDiskIsFull(terminal: Terminal, write: () => Promise<void>): Promise<void> {
  try {
    await write();
  } catch (error) {
    if (!(error instanceof TintypeError) || error.code !== 'E_DISK_FULL') throw error;
    terminal.note(`${error.message}\n`);
  }
}

function startLoop(
  options: TrainingOptions,
  atStep: (step: number) => void,
): AsyncGenerator<TrainEvent, void> {
  const { record, recipe, backend, system, batches, images, checkpoints, startStep } = options;
  const { logEvery, checkpointEvery, signal } = options;
  const counted: BatchSource = {
    batch: (step, request) => {
      atStep(step);
      return batches.batch(step, request);
    },
  };
  return (async function* () {
    const request = { files: createPackageDataFiles(), config: record.config, ...(images && { images }) };
    const monitors = await recipe.monitors(system, request);
    try {
      yield* trainLoop(system.trainStep, counted, {
        steps: record.steps,
        startStep,
        rng: system.rng,
        signal,
        logEvery,
        checkpoints,
        checkpointEvery,
        monitors,
        onDeviceLost: 'recover',
        ...(backend.limits.wasmMemoryBytes && { memoryLimitBytes: backend.limits.wasmMemoryBytes }),
        preview: ({ step }) => render(options, step),
        previewEvery: Math.max(leastPreviewInterval, Math.ceil(record.steps / (previews + 1))),
      });
      atStep(record.steps);
    } finally {
      for (const { dispose } of monitors) dispose?.();
    }
  })();
}

/** Samples of the averaged weights at fixed latents: fewer on the way than at the end. */
function render({ recipe, record, system, signal }: TrainingOptions, step: number) {
  const { count: finalCount, previewCount } = recipe.grid ?? defaultGrid;
  const count = step === record.steps ? finalCount : previewCount;
  return withAverage(system.ema, () =>
    recipe.preview(system.model, system.rng.fork('preview'), { count, signal }),
  );
}
