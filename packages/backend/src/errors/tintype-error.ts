/** Stable identifiers of everything Tintype refuses. A caller may branch on them; messages may be reworded. */
export type ErrorCode =
  | 'E_ABORTED'
  | 'E_BACKEND_UNAVAILABLE'
  | 'E_BUSY'
  | 'E_CHECKPOINT'
  | 'E_CHECKPOINT_MISMATCH'
  | 'E_CONFIG'
  | 'E_DATA'
  | 'E_DATA_MISSING'
  | 'E_DEVICE_LOST'
  | 'E_DISK_FULL'
  | 'E_DISPOSED'
  | 'E_ENGINE_CHANGED'
  | 'E_GRADIENT_UNSUPPORTED'
  | 'E_IMAGE'
  | 'E_LABEL'
  | 'E_NON_FINITE'
  | 'E_NO_BACKEND'
  | 'E_NO_RUN'
  | 'E_OUT_OF_MEMORY'
  | 'E_PATH'
  | 'E_RUN_EXISTS'
  | 'E_RUN_LOCKED'
  | 'E_SAFETENSORS'
  | 'E_SEED'
  | 'E_SHAPE'
  | 'E_THREAD_LOST'
  | 'E_TIMEOUT'
  | 'E_UNKNOWN_OPTION'
  | 'E_VERSION';

export interface ErrorParts {
  /** The rule that was broken, as a sentence without its full stop. */
  what: string;
  /** The operation, argument path or file. */
  where?: string;
  got?: unknown;
  expected?: unknown;
  /** What the caller can do about it. */
  remedy?: string;
  cause?: unknown;
}

/** The one error class: a stable `code`, and a message that says what, where, got, expected, what to do. */
export class TintypeError extends Error {
  override readonly name = 'TintypeError';
  readonly code: ErrorCode;
  readonly parts: ErrorParts;

  constructor(code: ErrorCode, parts: ErrorParts) {
    super(describe(parts), parts.cause === undefined ? undefined : { cause: parts.cause });
    this.code = code;
    this.parts = parts;
  }
}

const shownLength = 200;

function describe({ what, where, got, expected, remedy }: ErrorParts): string {
  const place = where === undefined ? '' : `${where}: `;
  const facts = [
    ...(got === undefined ? [] : [`got ${show(got)}`]),
    ...(expected === undefined ? [] : [`expected ${show(expected)}`]),
  ];
  const detail = facts.length === 0 ? '' : ` (${facts.join(', ')})`;
  const advice = remedy === undefined ? '' : ` ${remedy.replace(/\.?$/, '.')}`;
  return `${place}${what}${detail}.${advice}`;
}

function show(value: unknown): string {
  const text =
    typeof value === 'string' ? value : Array.isArray(value) ? `[${value.join(', ')}]` : String(value);
  return text.length > shownLength ? `${text.slice(0, shownLength)}…` : text;
}
