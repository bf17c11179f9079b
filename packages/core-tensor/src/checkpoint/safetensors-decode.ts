import type { SafetensorsEntry } from './safetensors-dtype.ts';
import { parseSafetensorsHeader } from './safetensors-header.ts';

/**
 * Reads a safetensors file. The entries are views into `bytes`, in the order of the header.
 * Loading runs no code: any bytes give either the tensors or an error.
 * @param where Name of the file, for messages.
 * @throws TintypeError `E_SAFETENSORS`
 */
export function decodeSafetensors(bytes: Uint8Array, where?: string): ReadonlyMap<string, SafetensorsEntry> {
  const { tensors, dataStart } = parseSafetensorsHeader(bytes, where);
  const entries = new Map<string, SafetensorsEntry>();
  for (const [name, { dtype, shape, begin, end }] of tensors) {
    entries.set(name, { dtype, shape, data: bytes.subarray(dataStart + begin, dataStart + end) });
  }
  return entries;
}
