import { TintypeError, type tf } from '@tintype/backend';
import { nearestName } from '../config/nearest-name.ts';
import type { RandomStream } from '../random/random-stream.ts';
import type { Monitor } from './monitor.ts';
import type { TrainState } from './train-state.ts';

/** Where the loop puts its checkpoints; `createCheckpoints` returns one. */
export interface CheckpointSink {
  /** Saves durably and atomically; gives the folder's path. */
  save(step: number, state: TrainState): Promise<string>;
}

export interface PreviewContext {
  readonly step: number;
  /** The same stream at every preview, so that the same latents are shown again and again. */
  readonly rng: RandomStream;
  /** Aborted when the training is: a long preview should then stop by throwing. */
  readonly signal?: AbortSignal;
}

export interface TrainLoopOptions {
  /** The total, also for a resumed training. */
  readonly steps: number;
  /** Steps completed before, by the checkpoint that was restored. @default 0 */
  readonly startStep?: number;
  readonly rng: RandomStream;
  /** Checked between steps: the loop saves and throws `E_ABORTED`. */
  readonly signal?: AbortSignal;
  /** Steps between metrics events. @default 50 */
  readonly logEvery?: number;
  /** Steps between checks for NaN and ±Inf, hence the longest that one goes unnoticed. @default 10 */
  readonly checkEvery?: number;
  readonly checkpoints?: CheckpointSink;
  /** Steps between checkpoints; one is saved at the end in any case. @default 1000 */
  readonly checkpointEvery?: number;
  readonly monitors?: readonly Monitor[];
  /** Images [n, h, w, c] in [-1, 1]; the loop frees them. */
  readonly preview?: (context: PreviewContext) => tf.Tensor4D | Promise<tf.Tensor4D>;
  /** @default 500 */
  readonly previewEvery?: number;
  /**
   * What NaN or ±Inf in a scalar or in the state leads to: `stop` throws `E_NON_FINITE`; `skip` undoes the one step
   * and goes on (it copies the state to the host after every step, which is slow); `rollback` goes back to the last
   * check that was clean and leaves out the steps since. Both give up after ten times in a row. @default 'stop'
   */
  readonly onNonFinite?: 'stop' | 'skip' | 'rollback';
  /** How long a preview, a monitor or a save may take. @default 600000 */
  readonly callbackTimeoutMs?: number;
  /**
   * What a full or unwritable disk leads to: `retry` says so in a verdict `checkpoint-failed`, trains on and tries again,
   * later and later; the last checkpoint is tried four times, and then the training ends with `E_DISK_FULL`. `stop` ends
   * it at once. @default 'retry'
   */
  readonly onSaveFailure?: 'retry' | 'stop';
  /** Time before the first retry; each later one takes twice as long, a minute at most. @default 1000 */
  readonly saveRetryMs?: number;
  /**
   * What a lost GPU device leads to: `stop` throws `E_DEVICE_LOST`; `recover` opens it again, goes back to the last
   * copy of the state in host memory and says so in a verdict `device-lost`, three times at most. @default 'stop'
   */
  readonly onDeviceLost?: 'stop' | 'recover';
  /** Time between copies of the state to the host, with `recover` on a GPU. @default 30000 */
  readonly autosaveMs?: number;
  /**
   * The most memory that the training may take, in bytes: it is estimated before the first step (`estimateMemory`), and
   * a training that needs more is refused with `E_OUT_OF_MEMORY`. @default not looked at
   */
  readonly memoryLimitBytes?: number;
}

type Defaulted =
  | 'startStep'
  | 'logEvery'
  | 'checkEvery'
  | 'checkpointEvery'
  | 'monitors'
  | 'previewEvery'
  | 'onNonFinite'
  | 'callbackTimeoutMs'
  | 'onSaveFailure'
  | 'saveRetryMs'
  | 'onDeviceLost'
  | 'autosaveMs';

export type TrainLoopSettings = Omit<TrainLoopOptions, Defaulted> &
  Required<Pick<TrainLoopOptions, Defaulted>>;

const defaults: Required<Pick<TrainLoopOptions, Defaulted>> = {
  startStep: 0,
  logEvery: 50,
  checkEvery: 10,
  checkpointEvery: 1000,
  monitors: [],
  previewEvery: 500,
  onNonFinite: 'stop',
  callbackTimeoutMs: 600_000,
  onSaveFailure: 'retry',
  saveRetryMs: 1000,
  onDeviceLost: 'stop',
  autosaveMs: 30_000,
};

const withoutDefault = ['steps', 'rng', 'signal', 'checkpoints', 'preview', 'memoryLimitBytes'] as const;
const policies = {
  onNonFinite: ['stop', 'skip', 'rollback'],
  onSaveFailure: ['retry', 'stop'],
  onDeviceLost: ['stop', 'recover'],
} as const;

/** Fills in the defaults; throws `E_CONFIG` or `E_UNKNOWN_OPTION` for what cannot be meant. */
export function trainLoopSettings(options: TrainLoopOptions): TrainLoopSettings {
  assertKnown(Object.keys(options));
  const given = Object.fromEntries(Object.entries(options).filter(([, value]) => value !== undefined));
  const settings = { ...defaults, ...given } as TrainLoopSettings;
  assertWhole('steps', settings.steps, 0);
  assertWhole('startStep', settings.startStep, 0, settings.steps);
  assertWhole('logEvery', settings.logEvery, 1);
  assertWhole('checkEvery', settings.checkEvery, 1);
  assertWhole('checkpointEvery', settings.checkpointEvery, 1);
  assertWhole('previewEvery', settings.previewEvery, 1);
  for (const { name, interval } of settings.monitors) assertWhole(`monitor ${name}: interval`, interval, 1);
  assertWhole('saveRetryMs', settings.saveRetryMs, 0);
  assertWhole('autosaveMs', settings.autosaveMs, 0);
  assertWhole('memoryLimitBytes', settings.memoryLimitBytes ?? 1, 1);
  for (const [name, known] of Object.entries(policies)) {
    const policy = settings[name as keyof typeof policies];
    if (!(known as readonly string[]).includes(policy)) {
      throw refusal(name, 'is not a policy', policy, known.join(', '));
    }
  }
  return settings;
}

function assertKnown(names: readonly string[]): void {
  const known = [...withoutDefault, ...Object.keys(defaults)];
  const unknown = names.find((name) => !known.includes(name));
  if (unknown === undefined) return;
  const nearest = nearestName(unknown, known);
  throw new TintypeError('E_UNKNOWN_OPTION', {
    where: 'trainLoop',
    what: 'unknown option',
    got: unknown,
    expected: `one of ${known.join(', ')}`,
    ...(nearest !== undefined && { remedy: `The nearest is ${nearest}` }),
  });
}

function assertWhole(name: string, value: number, minimum: number, maximum = Number.MAX_SAFE_INTEGER): void {
  if (Number.isSafeInteger(value) && value >= minimum && value <= maximum) return;
  const range = maximum === Number.MAX_SAFE_INTEGER ? `at least ${minimum}` : `${minimum} … ${maximum}`;
  throw refusal(name, 'must be a whole number', value, range);
}

function refusal(name: string, what: string, got: unknown, expected: string): TintypeError {
  return new TintypeError('E_CONFIG', { where: `trainLoop: ${name}`, what, got, expected });
}
