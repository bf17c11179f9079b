/** Bytes of one element of each element type, in the order the format's library sorts by (smallest first). */
const itemSizes = {
  BOOL: 1,
  U8: 1,
  I8: 1,
  F8_E5M2: 1,
  F8_E4M3: 1,
  I16: 2,
  U16: 2,
  F16: 2,
  BF16: 2,
  I32: 4,
  U32: 4,
  F32: 4,
  F64: 8,
  I64: 8,
  U64: 8,
} as const;

export type SafetensorsDtype = keyof typeof itemSizes;

/** One tensor of a file: little-endian bytes, row-major. */
export interface SafetensorsEntry {
  readonly dtype: SafetensorsDtype;
  readonly shape: readonly number[];
  readonly data: Uint8Array;
}

/** What Tintype reads and writes; a file beyond these is refused. */
export const safetensorsLimits = {
  headerBytes: 25 * 1024 * 1024,
  tensors: 10_000,
  rank: 8,
  nameLength: 1024,
  /** UTF-16 units of all strings of a header together: names, metadata, and about 30 for the fields of a tensor. */
  textLength: 2 * 1024 * 1024,
} as const;

const sizeByDtype: ReadonlyMap<string, number> = new Map(Object.entries(itemSizes));
const dtypes = Object.keys(itemSizes);

export function isSafetensorsDtype(name: string): name is SafetensorsDtype {
  return sizeByDtype.has(name);
}

/** Place in the order of the format's library: by alignment, largest last. */
export function dtypeRank(dtype: SafetensorsDtype): number {
  return dtypes.indexOf(dtype);
}

/** Bytes of a tensor; `undefined` where the product overflows 2⁵³ on the way, even if a later axis is 0. */
export function byteLengthOf(dtype: SafetensorsDtype, shape: readonly number[]): number | undefined {
  let length: number = itemSizes[dtype];
  for (const axis of shape) {
    length *= axis;
    if (!Number.isSafeInteger(length)) return undefined;
  }
  return length;
}

/** Why a tensor's name cannot be used, or `undefined` where it can. */
export function tensorNameProblem(name: string): string | undefined {
  if (name === '') return 'a tensor name is empty';
  if (name.length > safetensorsLimits.nameLength)
    return `a tensor name is longer than ${safetensorsLimits.nameLength}`;
  if (name === '__proto__' || name === 'constructor' || name === 'prototype') {
    return `${name} is not allowed as a tensor name`;
  }
  // Most names are printable ASCII, which the first and cheaper test tells.
  if (/[^ -~]/.test(name) && /[\p{Surrogate}\p{Cc}]/u.test(name)) {
    return 'a tensor name holds control characters or broken Unicode';
  }
  if (/^\.|[/\\]/.test(name) && /(?:^|[/\\])\.{0,2}(?:[/\\]|$)/.test(name))
    return 'a tensor name looks like a path out of its folder';
  return undefined;
}
