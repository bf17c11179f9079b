import {
  assertConfig,
  decodeSafetensors,
  encodeSafetensors,
  type JsonValue,
  parseJsonConfig,
  parseSafetensorsHeader,
  type SafetensorsEntry,
  safetensorsEntry,
  sha256,
  TintypeError,
  toInt32,
  v,
} from '@tintype/core-tensor';
import type { ImageDataset } from '../dataset.ts';
import { assertImageDataset } from '../image-dataset.ts';

/** Where pictures come from, and what whoever passes them on must say. */
export interface ImageProvenance {
  /** SPDX identifier, for example `Apache-2.0`. */
  readonly licence: string;
  /** The line that names the artists. */
  readonly attribution: string;
  /** The npm package and its version. */
  readonly source: string;
  /** What drew or converted them. */
  readonly converter: string;
}

/** Images converted once, with all that is known about them. */
export interface ImagePack {
  readonly dataset: ImageDataset;
  readonly provenance: ImageProvenance;
}

const formatVersion = 1;
const largestDescription = 2 * 1024 * 1024;

const descriptionSchema = v.strictObject({
  formatVersion: v.literal(formatVersion),
  name: v.string(),
  names: v.optional(v.array(v.string())),
  classNames: v.optional(v.array(v.string())),
  attributeNames: v.optional(v.array(v.string())),
  provenance: v.strictObject({
    licence: v.string(),
    attribution: v.string(),
    source: v.string(),
    converter: v.string(),
  }),
});

/**
 * One safetensors file: `pixels` U8 [n, h, w, c], where there are any `labels` U8 or I32 [n] and `attributes` U8 [n, k],
 * and as text of the header a description and the SHA-256 of everything. Equal packs give equal bytes.
 * Throws `E_DATA` for a dataset that contradicts itself.
 */
export async function encodeImagePack({ dataset, provenance }: ImagePack): Promise<Uint8Array<ArrayBuffer>> {
  const { name, size, height, width, channels, pixels, labels, attributes } = dataset;
  const { names, classNames, attributeNames } = dataset;
  assertImageDataset(dataset, 'encodeImagePack');
  const description = JSON.stringify({
    formatVersion,
    name,
    ...(names ? { names } : {}),
    ...(classNames ? { classNames } : {}),
    ...(attributeNames ? { attributeNames } : {}),
    provenance,
  });
  const tensors = new Map([['pixels', safetensorsEntry(pixels, [size, height, width, channels])]]);
  if (labels) tensors.set('labels', safetensorsEntry(labels, [size]));
  if (attributes) tensors.set('attributes', safetensorsEntry(attributes, [size, attributes.length / size]));
  return encodeSafetensors(tensors, { description, sha256: await sealOf(description, tensors) });
}

/**
 * Reads what `encodeImagePack` wrote. The pixels are a view into `bytes`.
 * Throws `E_DATA` for any other bytes: damaged, of another version, or no pack at all.
 */
export async function parseImagePack(bytes: Uint8Array, where = 'image pack'): Promise<ImagePack> {
  const { tensors, description } = await readSealed(bytes, where);
  if (description.formatVersion !== formatVersion) {
    throw new TintypeError('E_DATA', {
      where,
      what: 'the image pack has another version',
      got: description.formatVersion,
      expected: formatVersion,
      remedy: 'Convert the pictures again',
    });
  }
  const pixels = tensors.get('pixels');
  if (pixels?.dtype !== 'U8' || pixels.shape.length !== 4) throw damaged(where);
  const { name, names, classNames, attributeNames, provenance } = withCause(where, () =>
    assertConfig(descriptionSchema, description, where),
  );
  const [size, height, width, channels] = pixels.shape as [number, number, number, number];
  const labels = tensors.get('labels');
  const attributes = tensors.get('attributes')?.data;
  const dataset: ImageDataset = {
    name,
    size,
    height,
    width,
    channels,
    pixels: pixels.data,
    ...(labels ? { labels: labels.dtype === 'U8' ? labels.data : toInt32(labels) } : {}),
    ...(classNames ? { classNames } : {}),
    ...(attributes ? { attributes } : {}),
    ...(attributeNames ? { attributeNames } : {}),
    ...(names ? { names } : {}),
  };
  assertImageDataset(dataset, where);
  return { dataset, provenance };
}

async function readSealed(bytes: Uint8Array, where: string) {
  const { tensors, metadata } = withCause(where, () => ({
    tensors: decodeSafetensors(bytes, where),
    metadata: parseSafetensorsHeader(bytes, where).metadata,
  }));
  const text = metadata.get('description') ?? '';
  if ((await sealOf(text, tensors)) !== metadata.get('sha256')) throw damaged(where);
  const description = withCause(where, () => parseJsonConfig(text, where, largestDescription));
  if (typeof description !== 'object' || description === null || Array.isArray(description)) {
    throw damaged(where);
  }
  return { tensors, description: description as { [key: string]: JsonValue } };
}

/** SHA-256 over names, shapes and bytes of the tensors and over the description. */
async function sealOf(description: string, tensors: ReadonlyMap<string, SafetensorsEntry>): Promise<string> {
  const parts = [description];
  for (const name of [...tensors.keys()].sort()) {
    const { dtype, shape, data } = tensors.get(name)!;
    parts.push(name, dtype, shape.join('x'), await sha256(data));
  }
  return sha256(new TextEncoder().encode(parts.join('\n')));
}

function withCause<Result>(where: string, read: () => Result): Result {
  try {
    return read();
  } catch (cause) {
    throw damaged(where, cause);
  }
}

function damaged(where: string, cause?: unknown): TintypeError {
  return new TintypeError('E_DATA', {
    where,
    what: 'the image pack is damaged',
    remedy: 'Fetch it again, or convert the pictures again',
    cause,
  });
}
