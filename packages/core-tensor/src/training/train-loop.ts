import { TintypeError } from '@tintype/backend';
import { createBreather } from './event-loop.ts';
import { createFiniteGuard } from './finite-guard.ts';
import { assertPhases, runStep } from './run-step.ts';
import { createScalarBuffer } from './scalar-buffer.ts';
import { assertAlive } from './state-snapshot.ts';
import { createStepClock } from './step-clock.ts';
import { withTimeLimit } from './time-limit.ts';
import type { TrainEvent } from './train-event.ts';
import { type TrainLoopOptions, type TrainLoopSettings, trainLoopSettings } from './train-loop-options.ts';
import type { BatchSource, TrainStep } from './train-step.ts';

const running = new WeakSet<TrainStep>();

/**
 * Trains: one step is one pass over the due phases on one batch. Events come in the order metrics, verdicts,
 * checkpoint, preview; a checkpoint of the last step is always saved. Leaving the `for await` early, by `break` or
 * by an error of its own, frees everything the loop holds and saves nothing.
 *
 * Throws `E_ABORTED` (after saving) when the signal is aborted, `E_NON_FINITE` when the training is no longer finite,
 * `E_BUSY` when this train step is already running, `E_DISPOSED` when its state was freed, `E_TIMEOUT` when a callback
 * does not settle, `E_CONFIG` and `E_UNKNOWN_OPTION` for options that cannot be meant.
 */
export async function* trainLoop(
  trainStep: TrainStep,
  batches: BatchSource,
  options: TrainLoopOptions,
): AsyncGenerator<TrainEvent, void, undefined> {
  const settings = trainLoopSettings(options);
  const { steps, startStep, rng, signal, logEvery, checkpointEvery, previewEvery, monitors } = settings;
  assertPhases(trainStep.phases);
  const release = claim(trainStep);
  const scalars = createScalarBuffer();
  try {
    assertAlive(trainStep.state);
    const guard = await createFiniteGuard(trainStep.state, settings);
    const clock = createStepClock(startStep);
    const breathe = createBreather();
    const latest: Record<string, number> = {};
    let unlogged: Record<string, number> = {};
    let step = startStep;
    let isClean = true;

    const check = async (isSaving: boolean) => {
      const readings = await scalars.read();
      isClean = await guard.check(step, readings, isSaving);
      if (!isClean) return;
      for (const { name, value } of readings) {
        latest[name] = value;
        unlogged[name] = value;
      }
    };

    while (step < steps && !signal?.aborted) {
      clock.start();
      await runStep(trainStep, batches, step, rng, scalars);
      step += 1;
      const isLast = step === steps;
      const isDue = (every: number) => isLast || step % every === 0;
      const isSaving = settings.checkpoints !== undefined && isDue(checkpointEvery);
      const isShowing = settings.preview !== undefined && isDue(previewEvery);
      const dueMonitors = monitors.filter(({ interval }) => step % interval === 0);
      const isReading =
        isDue(guard.interval) || isDue(logEvery) || isSaving || isShowing || dueMonitors.length > 0;
      if (isReading) await check(isSaving);
      clock.stop();

      if (isReading && !isClean) yield recovered(step);
      if (isDue(logEvery)) {
        const values = unlogged;
        unlogged = {};
        yield { type: 'metrics', step, values, stepsPerSecond: clock.stepsPerSecond(step) };
      }
      for (const monitor of dueMonitors) yield* watch(monitor, step, { ...latest }, settings);
      if (isSaving) yield await save(trainStep, step, settings);
      if (isShowing && !signal?.aborted) yield* show(step, settings);
      await breathe();
      assertAlive(trainStep.state);
    }

    if (step < steps) {
      if (step > startStep && settings.checkpoints && step % checkpointEvery !== 0) {
        await check(true);
        yield await save(trainStep, step, settings);
      }
      throw aborted(step, steps, signal);
    }
  } finally {
    scalars.dispose();
    release();
  }
}

function claim(trainStep: TrainStep): () => void {
  if (running.has(trainStep)) {
    throw new TintypeError('E_BUSY', {
      where: 'trainLoop',
      what: 'this train step is already being trained',
      remedy: 'Wait for the other loop to end, or abort it',
    });
  }
  running.add(trainStep);
  return () => running.delete(trainStep);
}

function recovered(step: number): TrainEvent {
  return {
    type: 'verdict',
    step,
    verdict: 'non-finite',
    evidence: { step },
    advice: 'A step gave NaN or infinity and was undone. Lower the learning rate if this happens again.',
  };
}

async function* watch(
  monitor: TrainLoopSettings['monitors'][number],
  step: number,
  values: Readonly<Record<string, number>>,
  { rng, signal, callbackTimeoutMs }: TrainLoopSettings,
): AsyncGenerator<TrainEvent, void, undefined> {
  const stream = rng.fork('monitor').fork(monitor.name).fork(step);
  const verdict = await withTimeLimit(`monitor ${monitor.name}`, callbackTimeoutMs, () =>
    monitor.check({ step, values, rng: stream, ...(signal && { signal }) }),
  );
  if (verdict) yield { type: 'verdict', step, ...verdict };
}

async function save(
  { state }: TrainStep,
  step: number,
  { checkpoints, callbackTimeoutMs }: TrainLoopSettings,
): Promise<TrainEvent> {
  const path = await withTimeLimit('save', callbackTimeoutMs, () => checkpoints!.save(step, state));
  return { type: 'checkpoint', step, path };
}

async function* show(
  step: number,
  { preview, rng, signal, callbackTimeoutMs }: TrainLoopSettings,
): AsyncGenerator<TrainEvent, void, undefined> {
  const context = { step, rng: rng.fork('preview'), ...(signal && { signal }) };
  const images = await withTimeLimit('preview', callbackTimeoutMs, () => preview!(context)).catch((error) => {
    if (signal?.aborted) return undefined;
    throw error;
  });
  if (!images) return;
  try {
    yield { type: 'preview', step, images };
  } finally {
    images.dispose();
  }
}

function aborted(step: number, steps: number, signal: AbortSignal | undefined): TintypeError {
  return new TintypeError('E_ABORTED', {
    where: 'trainLoop',
    what: `aborted after ${step} of ${steps} steps`,
    cause: signal?.reason,
  });
}
