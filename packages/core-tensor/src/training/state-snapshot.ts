import { TintypeError, tf } from '@tintype/backend';
import type { JsonValue, TrainState } from './train-state.ts';

/** A copy of a training's state in host memory. */
export interface StateSnapshot {
  readonly tensors: ReadonlyMap<string, SnapshotTensor>;
  readonly values: { readonly [key: string]: JsonValue };
}

interface SnapshotTensor {
  readonly shape: readonly number[];
  readonly dtype: tf.DataType;
  readonly data: Float32Array | Int32Array | Uint8Array;
}

export async function takeSnapshot(state: TrainState): Promise<StateSnapshot> {
  const values = structuredClone(state.values());
  const live = [...state.tensors()];
  const copies = live.map(async ([name, { tensor }]) => {
    const data = (await tensor.data()).slice() as SnapshotTensor['data'];
    return [name, { shape: tensor.shape.slice(), dtype: tensor.dtype, data }] as const;
  });
  return { tensors: new Map(await Promise.all(copies)), values };
}

export function restoreSnapshot(state: TrainState, snapshot: StateSnapshot): void {
  tf.tidy(() => {
    const tensors = new Map<string, tf.Tensor>();
    for (const [name, { data, shape, dtype }] of snapshot.tensors) {
      tensors.set(name, tf.tensor(data, [...shape], dtype));
    }
    state.restore(tensors, snapshot.values);
  });
}

/** The name of the first tensor that holds NaN or ±Inf. Read on the host: GPU arithmetic may assume that there are none. */
export async function findNonFinite(state: TrainState): Promise<string | undefined> {
  for (const [name, { tensor }] of state.tensors()) {
    if (tensor.dtype === 'float32' && !isFinite32((await tensor.data()) as Float32Array)) return name;
  }
  return undefined;
}

export function findNonFiniteIn({ tensors }: StateSnapshot): string | undefined {
  for (const [name, { data }] of tensors) {
    if (data instanceof Float32Array && !isFinite32(data)) return name;
  }
  return undefined;
}

/** Throws `E_DISPOSED` where the state's owner has freed it. */
export function assertAlive(state: TrainState): void {
  for (const [name, { tensor }] of state.tensors()) {
    if (tensor.isDisposed) {
      throw new TintypeError('E_DISPOSED', {
        where: 'trainLoop',
        what: `${name} was disposed before the training`,
        remedy: 'Create the model and its train step anew',
      });
    }
  }
}

/** x − x is 0 for a finite x and NaN otherwise, so one sum tells without a branch per element. */
function isFinite32(data: Float32Array): boolean {
  let sum = 0;
  for (let i = 0; i < data.length; i++) sum += data[i]! - data[i]!;
  return sum === 0;
}
