import { decodeSafetensors } from '../checkpoint/safetensors-decode.ts';
import type { SafetensorsEntry } from '../checkpoint/safetensors-dtype.ts';
import { toFloat32, toInt32 } from '../checkpoint/safetensors-values.ts';

/** A tensor of a reference file on the host: F64 stays float64, other floats become float32, integers int32. */
export interface ReferenceTensor {
  readonly shape: readonly number[];
  readonly data: Float32Array | Float64Array | Int32Array;
}

export type ReferenceTensors = ReadonlyMap<string, ReferenceTensor>;

/**
 * A file below `fixtures/reference`: `.json` gives what it holds, `.safetensors` its tensors by name. In Node only.
 * The type of a JSON file is the caller's word.
 */
export async function loadReference(path: `${string}.safetensors`): Promise<ReferenceTensors>;
export async function loadReference<Content>(path: `${string}.json`): Promise<Content>;
export async function loadReference(path: string): Promise<unknown> {
  const bytes = await readFixture(path);
  if (path.endsWith('.json')) return JSON.parse(new TextDecoder().decode(bytes));
  return new Map([...decodeSafetensors(bytes, path)].map(([name, entry]) => [name, toHost(entry)]));
}

function toHost(entry: SafetensorsEntry): ReferenceTensor {
  const { dtype, shape, data } = entry;
  if (dtype === 'F64') return { shape, data: new Float64Array(data.slice().buffer) };
  return { shape, data: /^B?F/.test(dtype) ? toFloat32(entry) : toInt32(entry) };
}

/** Looks upwards from the working folder, so that a test may run from the root or from its package. */
async function readFixture(path: string): Promise<Uint8Array> {
  const { readFile } = await import('node:fs/promises');
  const { dirname, join } = await import('node:path');
  for (let folder = process.cwd(); ; folder = dirname(folder)) {
    const file = join(folder, 'fixtures', 'reference', path);
    const content = await readFile(file).catch(() => undefined);
    if (content) return new Uint8Array(content);
    if (dirname(folder) === folder) throw new Error(`loadReference: there is no fixtures/reference/${path}.`);
  }
}
