import { assertDeviceHealthy, deviceHealth, reopenBackend, TintypeError, tf } from '@tintype/backend';
import { restoreSnapshot, type StateSnapshot, takeSnapshot } from './state-snapshot.ts';
import type { TrainLoopSettings } from './train-loop-options.ts';
import type { TrainState } from './train-state.ts';

const mostRecoveries = 3;

/** Watches the GPU under a training. Where there is none it does nothing. */
export interface DeviceGuard {
  /** Whether a copy of the state is due: the step before it must be checked. */
  isCopyDue(): boolean;
  /** Copies the state of this step, which was checked, to the host. */
  keepCopy(step: number): Promise<void>;
  /** Cheap, after every step: throws `E_DEVICE_LOST` once the loss is known. */
  assertPresent(): void;
  /** Throws `E_DEVICE_LOST` or `E_OUT_OF_MEMORY` where the results since are garbage. To be asked once they were read. */
  assertHealthy(): Promise<void>;
  /**
   * After an error: opens a lost device again and puts the last copy back. Gives the step to go on from; throws where the
   * device was not lost (that error), or cannot be had or may not be asked for again (`E_DEVICE_LOST`).
   */
  recover(error: unknown): Promise<number>;
  /** The error itself, or `E_DEVICE_LOST` where a lost device is behind it. */
  explain(error: unknown): Promise<unknown>;
}

export function createDeviceGuard(
  state: TrainState,
  { onDeviceLost, autosaveMs }: TrainLoopSettings,
): DeviceGuard {
  const hasDevice = () => tf.getBackend() === 'webgpu';
  const keepsCopies = onDeviceLost === 'recover' && hasDevice();
  let copy: { readonly step: number; readonly snapshot: StateSnapshot } | undefined;
  let copiedAt = Number.NEGATIVE_INFINITY;
  let recoveries = 0;

  const assertPresent = (): void => {
    if (deviceHealth().isLost) assertDeviceHealthy('trainLoop');
  };

  return {
    isCopyDue: () => keepsCopies && performance.now() - copiedAt >= autosaveMs,
    async keepCopy(step) {
      const snapshot = await takeSnapshot(state);
      assertPresent();
      copy = { step, snapshot };
      copiedAt = performance.now();
    },
    assertPresent,
    async assertHealthy() {
      if (!hasDevice()) return;
      // Errors of work that is done are told on a later turn of the event loop.
      await new Promise((resolve) => setTimeout(resolve));
      assertDeviceHealthy('trainLoop');
    },
    async explain(error) {
      if (!hasDevice()) return error;
      await new Promise((resolve) => setTimeout(resolve));
      const { isLost, lostReason } = deviceHealth();
      return isLost ? deviceLost(error, lostReason, recoveries) : error;
    },
    async recover(error) {
      if (!hasDevice()) throw error;
      await new Promise((resolve) => setTimeout(resolve));
      const { isLost, lostReason } = deviceHealth();
      if (!isLost) throw error;
      recoveries += 1;
      if (copy === undefined || recoveries > mostRecoveries)
        throw deviceLost(error, lostReason, recoveries - 1);
      await reopenBackend();
      replaceLostTensors(state);
      restoreSnapshot(state, copy.snapshot);
      return copy.step;
    },
  };
}

/** Zeros on the new device stand in for values on the old one, which can no longer be copied or compared. */
function replaceLostTensors(state: TrainState): void {
  tf.tidy(() => {
    for (const { tensor } of state.tensors().values()) {
      const { shape, dtype } = tensor;
      if (tensor instanceof tf.Variable) tensor.assign(tf.zeros(shape, dtype as 'float32'));
    }
  });
}

function deviceLost(cause: unknown, reason: string | undefined, recoveries: number): TintypeError {
  const history = recoveries === 0 ? '' : `, after ${recoveries} recoveries`;
  return new TintypeError('E_DEVICE_LOST', {
    where: 'trainLoop',
    what: `the WebGPU device is lost${history}; no step taken on it counts`,
    got: reason,
    remedy: "Resume from the last checkpoint, or train with onDeviceLost: 'recover'",
    cause,
  });
}
