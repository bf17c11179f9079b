import { TintypeError } from '@tintype/backend';

/** `E_CONFIG` of an export: what cannot be written, and what can be done about it. */
export function exportRefused(
  what: string,
  { got, expected, remedy }: { got?: unknown; expected?: unknown; remedy?: string } = {},
): TintypeError {
  return new TintypeError('E_CONFIG', { where: 'exportOnnx', what, got, expected, remedy });
}
