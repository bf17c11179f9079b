import { tf } from '@tintype/backend';
import type { ParameterEntry, ParameterTree } from '../parameters/parameter-tree.ts';
import { diskShape, fromDiskLayout } from './layout.ts';
import { compareTensors, describeTensor, type Mismatch, mismatchError } from './mismatch.ts';
import type { SafetensorsEntry } from './safetensors-dtype.ts';
import { toFloat32, toInt32 } from './safetensors-values.ts';
import { tensorToEntry } from './tensor-entry.ts';

export interface LoadWeightsOptions {
  /** Whether the names and shapes of file and model must be the same; otherwise what fits is loaded. @default true */
  readonly strict?: boolean;
  /** Name of the file, for messages. */
  readonly where?: string;
}

export interface LoadedWeights {
  readonly loaded: readonly string[];
  /** What was left out on either side; empty when strict. */
  readonly skipped: Mismatch;
}

/**
 * Puts the tensors of a safetensors file, in PyTorch's layouts, into a model's parameters. Floats of any width are
 * converted to float32, integers to the parameter's type. All or nothing.
 * @throws TintypeError `E_CHECKPOINT_MISMATCH` listing what is missing, unexpected and of another shape
 */
export function loadWeights(
  parameters: ParameterTree,
  entries: ReadonlyMap<string, SafetensorsEntry>,
  { strict = true, where = 'loadWeights' }: LoadWeightsOptions = {},
): LoadedWeights {
  const skipped = compareTensors(
    new Map([...entries].map(([name, { shape }]) => [name, describeTensor('tensor', shape)])),
    new Map([...parameters].map(([name, entry]) => [name, describeParameter(entry)])),
  );
  const isSame = skipped.missing.length + skipped.unexpected.length + skipped.mismatched.length === 0;
  if (strict && !isSame) throw mismatchError(where, skipped);

  const unfit = new Set(skipped.mismatched.map(({ name }) => name));
  const loaded = [...parameters.keys()].filter((name) => entries.has(name) && !unfit.has(name));
  tf.tidy(() => {
    // Every value is converted before the first parameter changes.
    const tensors = loaded.map((name) => weightTensor(entries.get(name)!, parameters.get(name)!));
    for (const [index, name] of loaded.entries()) parameters.get(name)!.variable.assign(tensors[index]!);
  });
  return { loaded, skipped };
}

/** Reads a model's parameters out in PyTorch's layouts, for `encodeSafetensors`. */
export async function readWeights(parameters: ParameterTree): Promise<ReadonlyMap<string, SafetensorsEntry>> {
  const entries = new Map<string, SafetensorsEntry>();
  for (const [name, entry] of parameters) entries.set(name, await tensorToEntry(entry.variable, entry));
  return entries;
}

/** Precisions may differ between file and model, so that shapes alone are compared. */
function describeParameter(entry: ParameterEntry): string {
  return describeTensor('tensor', diskShape(entry.variable.shape, entry));
}

function weightTensor(entry: SafetensorsEntry, parameter: ParameterEntry): tf.Tensor {
  const { dtype, shape } = parameter.variable;
  const values = dtype === 'float32' ? toFloat32(entry) : toInt32(entry);
  const raw = new Uint32Array(values.buffer, values.byteOffset, values.length);
  const arranged = fromDiskLayout(raw, entry.shape, parameter).values.slice();
  return tf.tensor(
    dtype === 'float32' ? new Float32Array(arranged.buffer) : new Int32Array(arranged.buffer),
    shape,
    dtype,
  );
}
