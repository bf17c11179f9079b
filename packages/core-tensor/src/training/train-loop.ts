import { TintypeError } from '@tintype/backend';
import { assertFitsMemory, estimateMemory } from '../memory/estimate-memory.ts';
import { createCheckpointSaver } from './checkpoint-saver.ts';
import { createDeviceGuard } from './device-guard.ts';
import { createBreather } from './event-loop.ts';
import { createFiniteGuard } from './finite-guard.ts';
import type { MonitorContext } from './monitor.ts';
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
 * `E_OUT_OF_MEMORY` before or in a step that memory does not suffice for, `E_DEVICE_LOST` and `E_DISK_FULL` as the options say,
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
    await assertEnoughMemory(trainStep, batches, settings);
    const guard = await createFiniteGuard(trainStep.state, settings);
    const device = createDeviceGuard(trainStep.state, settings);
    const saver = createCheckpointSaver(trainStep.state, settings);
    const clock = createStepClock(startStep);
    const breathe = createBreather();
    const latest: Record<string, number> = {};
    const first: Record<string, number> = {};
    let unlogged: Record<string, number> = {};
    let step = startStep;
    let isClean = true;

    const check = async (isSaving: boolean) => {
      const readings = await scalars.read();
      await device.assertHealthy();
      isClean = await guard.check(step, readings, isSaving);
      if (!isClean) return;
      for (const { name, value } of readings) {
        latest[name] = value;
        first[name] ??= value;
        unlogged[name] = value;
      }
    };

    if (device.isCopyDue()) await device.keepCopy(step);
    while (step < steps && !signal?.aborted) {
      try {
        clock.start();
        await runStep(trainStep, batches, step, rng, scalars);
        device.assertPresent();
        step += 1;
        const isLast = step === steps;
        const isDue = (every: number) => isLast || step % every === 0;
        const isSaving = settings.checkpoints !== undefined && (isDue(checkpointEvery) || saver.isRetryDue());
        const isShowing = settings.preview !== undefined && isDue(previewEvery);
        const dueMonitors = monitors.filter(({ interval }) => step % interval === 0);
        const isCopying = device.isCopyDue();
        const isReading =
          isDue(guard.interval) ||
          isDue(logEvery) ||
          isSaving ||
          isShowing ||
          isCopying ||
          dueMonitors.length > 0;
        if (isReading) await check(isSaving || isCopying);
        if (isCopying) await device.keepCopy(step);
        clock.stop();

        if (isReading && !isClean) yield recovered(step);
        if (isDue(logEvery)) {
          const values = unlogged;
          unlogged = {};
          yield { type: 'metrics', step, values, stepsPerSecond: clock.stepsPerSecond(step) };
        }
        for (const monitor of dueMonitors)
          yield* watch(monitor, { step, values: { ...latest }, firstValues: first }, settings);
        if (isSaving) yield await saver.save(step, isLast);
        if (isShowing && !signal?.aborted) yield* show(step, settings);
      } catch (error) {
        const lostAt = step;
        step = await device.recover(error);
        scalars.dispose();
        unlogged = {};
        clock.restart(step);
        yield deviceLost(lostAt, step);
      }
      await breathe();
      assertAlive(trainStep.state);
    }

    if (step < steps) {
      if (step > startStep && settings.checkpoints && step % checkpointEvery !== 0) {
        const last = check(true).then(() => saver.save(step, true));
        yield await last.catch(async (error) => {
          throw await device.explain(error);
        });
      }
      throw aborted(step, steps, signal);
    }
  } finally {
    scalars.dispose();
    release();
  }
}

async function assertEnoughMemory(
  trainStep: TrainStep,
  batches: BatchSource,
  { memoryLimitBytes, startStep, steps, rng }: TrainLoopSettings,
): Promise<void> {
  if (memoryLimitBytes === undefined || startStep >= steps) return;
  assertFitsMemory(await estimateMemory(trainStep, batches, { rng, step: startStep }), memoryLimitBytes);
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

function deviceLost(lostAt: number, step: number): TrainEvent {
  return {
    type: 'verdict',
    step,
    verdict: 'device-lost',
    evidence: { lostAt, resumedFrom: step },
    advice: `The GPU was lost and opened again; steps ${step + 1} … ${lostAt} did not count and are taken anew.`,
  };
}

async function* watch(
  monitor: TrainLoopSettings['monitors'][number],
  readings: Omit<MonitorContext, 'rng' | 'signal'>,
  { rng, signal, callbackTimeoutMs }: TrainLoopSettings,
): AsyncGenerator<TrainEvent, void, undefined> {
  const { step } = readings;
  const stream = rng.fork('monitor').fork(monitor.name).fork(step);
  const verdict = await withTimeLimit(`monitor ${monitor.name}`, callbackTimeoutMs, () =>
    monitor.check({ ...readings, rng: stream, ...(signal && { signal }) }),
  );
  if (verdict) yield { type: 'verdict', step, ...verdict };
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
