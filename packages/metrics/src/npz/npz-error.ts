import { TintypeError } from '@tintype/core-tensor';

interface NpzFault {
  /** The rule that was broken, as a sentence without its full stop. */
  readonly what: string;
  readonly got?: unknown;
  readonly expected?: unknown;
  readonly remedy?: string;
  readonly cause?: unknown;
}

/** What is wrong with a file: always `E_DATA`, always with the place. */
export function npzError(where: string, fault: NpzFault): TintypeError {
  return new TintypeError('E_DATA', { where, ...fault });
}
