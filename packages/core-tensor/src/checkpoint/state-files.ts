import { TintypeError, tf } from '@tintype/backend';
import { array, integer, number, picklist, pipe, record, strictTuple, string, union } from 'valibot';
import { assertConfig } from '../config/assert-config.ts';
import { parseJsonConfig } from '../config/parse-json-config.ts';
import type { StateTensor, TrainState } from '../training/train-state.ts';
import type { CheckpointFiles } from './checkpoint-folder.ts';
import { memoryShape, type TensorLayout } from './layout.ts';
import { compareTensors, describeTensor, mismatchError } from './mismatch.ts';
import { decodeSafetensors } from './safetensors-decode.ts';
import { type SafetensorsEntry, safetensorsLimits } from './safetensors-dtype.ts';
import { encodeSafetensors } from './safetensors-encode.ts';
import { parseSafetensorsHeader } from './safetensors-header.ts';
import { entryToTensor, memoryTypeOf, tensorToEntry } from './tensor-entry.ts';

const extension = '.safetensors';
const fileOfName = /^([a-z][a-z0-9-]{0,63})\/(.+)$/;

/** Under this key of a file's metadata stands how its tensors lay in memory, but for plain ones. */
const layoutsKey = 'layouts';
const layoutsSchema = record(
  string(),
  union([
    picklist(['conv', 'convTransposed', 'linear']),
    strictTuple([picklist(['linearFromChw']), array(pipe(number(), integer()))]),
  ]),
);

/** Reads a training's state out of its device as it is at this moment. Copies; the state may train on meanwhile. */
export async function stateToFiles(state: TrainState, step: number): Promise<CheckpointFiles> {
  const snapshot = [...state.tensors()].map(([name, live]) => ({
    name,
    ...live,
    tensor: tf.clone(live.tensor),
  }));
  const values = state.values();
  try {
    const sections = new Map<string, Section>();
    for (const { name, tensor, layout, chwShape } of snapshot) {
      const [, file, rest] = fileOfName.exec(name) ?? [];
      if (file === undefined || rest === undefined) throw wrongName(name);
      const section: Section = sections.get(file) ?? { entries: new Map(), layouts: {} };
      sections.set(file, section);
      section.entries.set(rest, await tensorToEntry(tensor, { layout, chwShape }));
      if (layout === 'linearFromChw') section.layouts[rest] = [layout, [...(chwShape ?? [])]];
      else if (layout !== 'plain') section.layouts[rest] = layout;
    }
    const files = [...sections].map(([file, section]) => [file + extension, encodeSection(section)] as const);
    return { step, values, files: new Map(files) };
  } finally {
    for (const { tensor } of snapshot) tensor.dispose();
  }
}

interface Section {
  readonly entries: Map<string, SafetensorsEntry>;
  readonly layouts: Record<string, string | [string, number[]]>;
}

function encodeSection({ entries, layouts }: Section): Uint8Array {
  return encodeSafetensors(entries, { format: 'pt', [layoutsKey]: JSON.stringify(layouts) });
}

/**
 * Puts the content of a checkpoint into a training's state. What the state already has must be in the checkpoint in
 * its type and shape; tensors it has not made yet are handed to it, and it refuses those it does not know.
 * @throws TintypeError `E_CHECKPOINT_MISMATCH`; nothing is changed then
 */
export function restoreFromFiles(state: TrainState, { step, values, files }: CheckpointFiles): void {
  const saved = readSavedTensors(files);
  const expected = state.tensors();
  const mismatch = compareTensors(describeSaved(saved), describeState(expected));
  if (mismatch.missing.length > 0 || mismatch.mismatched.length > 0) {
    throw mismatchError(`checkpoint of step ${step}`, mismatch);
  }
  const tensors = new Map<string, tf.Tensor>();
  try {
    for (const [name, { entry, layout }] of saved) {
      tensors.set(name, entryToTensor(entry, expected.get(name) ?? layout));
    }
    state.restore(tensors, values);
  } finally {
    for (const tensor of tensors.values()) tensor.dispose();
  }
}

interface SavedTensor {
  readonly entry: SafetensorsEntry;
  readonly layout: TensorLayout;
}

function readSavedTensors(files: ReadonlyMap<string, Uint8Array>): ReadonlyMap<string, SavedTensor> {
  const tensors = new Map<string, SavedTensor>();
  for (const [file, bytes] of files) {
    const layouts = readLayouts(bytes, file);
    for (const [name, entry] of decodeSafetensors(bytes, file)) {
      const layout = layouts.get(name) ?? { layout: 'plain' };
      tensors.set(`${file.slice(0, -extension.length)}/${name}`, { entry, layout });
    }
  }
  return tensors;
}

function readLayouts(bytes: Uint8Array, file: string): ReadonlyMap<string, TensorLayout> {
  const text = parseSafetensorsHeader(bytes, file).metadata.get(layoutsKey);
  if (text === undefined) return new Map();
  const where = `${file}: ${layoutsKey}`;
  const layouts = assertConfig(
    layoutsSchema,
    parseJsonConfig(text, where, safetensorsLimits.headerBytes),
    where,
  );
  return new Map(
    Object.entries(layouts).map(([name, saved]): [string, TensorLayout] => {
      if (typeof saved === 'string') return [name, { layout: saved }];
      const [layout, [channels = 0, height = 0, width = 0]] = saved;
      return [name, { layout, chwShape: [channels, height, width] }];
    }),
  );
}

function describeSaved(saved: ReadonlyMap<string, SavedTensor>): ReadonlyMap<string, string> {
  return new Map(
    [...saved].map(([name, { entry, layout }]) => {
      const dtype = memoryTypeOf(entry.dtype) ?? entry.dtype;
      return [name, describeTensor(dtype, memoryShape(entry.shape, layout))] as const;
    }),
  );
}

function describeState(tensors: ReadonlyMap<string, StateTensor>): ReadonlyMap<string, string> {
  return new Map(
    [...tensors].map(([name, { tensor }]) => [name, describeTensor(tensor.dtype, tensor.shape)]),
  );
}

function wrongName(name: string): TintypeError {
  return new TintypeError('E_CHECKPOINT', {
    what: 'the name of a tensor of the state must start with the file it goes to',
    got: name,
    expected: 'for example model/conv1.weight',
  });
}
