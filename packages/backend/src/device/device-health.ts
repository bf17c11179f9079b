import { TintypeError } from '../errors/tintype-error.ts';
import { engineState, type HealthRecord } from './engine-state.ts';
import { memoryRemedy } from './out-of-memory.ts';

/** What the WebGPU device has reported since it was made. */
export interface DeviceHealth {
  readonly isLost: boolean;
  /** Why the device was lost, in the driver's words. */
  readonly lostReason?: string;
  /** The device could not allocate something. */
  readonly isOutOfMemory: boolean;
  /** Validation and memory errors that no error scope caught: their results are garbage. */
  readonly errorCount: number;
  /** The first errors, at most 20. */
  readonly errors: readonly string[];
}

const keptErrors = 20;

/** Listens to a device; tfjs itself installs no handler. */
export function watchDevice(device: GPUDevice): HealthRecord {
  const record: HealthRecord = { isLost: false, isOutOfMemory: false, errorCount: 0, errors: [] };
  device.addEventListener('uncapturederror', (event) => {
    event.preventDefault();
    record.errorCount++;
    if (isOutOfMemory(event.error)) record.isOutOfMemory = true;
    if (record.errors.length < keptErrors) record.errors.push(event.error.message);
  });
  void device.lost.then(({ reason, message }) => {
    record.isLost = true;
    record.lostReason = message === '' ? reason : message;
  });
  return record;
}

/** A new selection starts a new account on a device that is still alive. */
export function forgetErrors(record: HealthRecord): void {
  record.errorCount = 0;
  record.isOutOfMemory = false;
  record.errors = [];
}

/** Health of the WebGPU device in use; always well on wasm and cpu, which have no device. */
export function deviceHealth(): DeviceHealth {
  const { info, webgpu } = engineState();
  if (info?.name !== 'webgpu' || webgpu === undefined)
    return { isLost: false, isOutOfMemory: false, errorCount: 0, errors: [] };
  return { ...webgpu.health, errors: [...webgpu.health.errors] };
}

/**
 * To be asked between training steps: after a loss or an uncaught error every result is garbage,
 * and tfjs goes on without a word.
 * @throws TintypeError E_DEVICE_LOST; E_OUT_OF_MEMORY where the device could not allocate
 */
export function assertDeviceHealthy(where = 'assertDeviceHealthy'): void {
  const { isLost, lostReason, isOutOfMemory: isFull, errorCount, errors } = deviceHealth();
  if (!isLost && errorCount === 0) return;
  if (!isLost && isFull) {
    throw new TintypeError('E_OUT_OF_MEMORY', {
      where,
      what: 'the WebGPU device has no memory left, results since are garbage',
      got: errors[0],
      remedy: memoryRemedy,
    });
  }
  throw new TintypeError('E_DEVICE_LOST', {
    where,
    what: isLost
      ? 'the WebGPU device is lost'
      : 'the WebGPU device reported an error, results since are garbage',
    got: isLost ? lostReason : errors[0],
    remedy: 'Select the backend again and restore the last checkpoint',
  });
}

/** By name: Node's Dawn and a page have classes of their own. */
function isOutOfMemory(error: GPUError): boolean {
  return error.constructor.name === 'GPUOutOfMemoryError';
}
