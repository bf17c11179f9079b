import { npzError } from './npz-error.ts';

export interface NpyHeader {
  /** Kind and bytes of a number, for example `f8`. */
  readonly type: string;
  readonly isLittleEndian: boolean;
  readonly isFortranOrder: boolean;
  readonly shape: readonly number[];
  /** Where the values begin. */
  readonly dataStart: number;
}

const magic = [0x93, 0x4e, 0x55, 0x4d, 0x50, 0x59]; // \x93NUMPY
const longestHeader = 65_536;
const largestRank = 8;

/**
 * The header of an .npy file, versions 1 to 3: a Python dictionary of `descr`, `fortran_order` and `shape`. It is read by
 * its grammar; nothing is evaluated, and arrays of Python objects, which hold pickles, are refused.
 * numpy.lib.format, NEP 1.
 * @throws TintypeError `E_DATA`
 */
export function readNpyHeader(bytes: Uint8Array, where: string): NpyHeader {
  if (bytes.length < 10 || magic.some((byte, i) => bytes[i] !== byte)) {
    throw npzError(where, { what: 'the file is no .npy array', got: `${bytes.length} bytes` });
  }
  const version = bytes[6]!;
  const lengthBytes = version === 1 ? 2 : 4;
  if (version < 1 || version > 3 || bytes.length < 8 + lengthBytes) {
    throw npzError(where, { what: 'the .npy version is not known', got: version, expected: '1, 2 or 3' });
  }
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  const length = version === 1 ? view.getUint16(8, true) : view.getUint32(8, true);
  const dataStart = 8 + lengthBytes + length;
  if (length > longestHeader || dataStart > bytes.length) {
    throw npzError(where, { what: 'the .npy header is too long or cut short', got: `${length} bytes` });
  }
  const text = new TextDecoder('latin1').decode(bytes.subarray(8 + lengthBytes, dataStart));
  const { descr, fortran_order: order, shape } = readDictionary(text, where);
  return {
    ...readType(descr, where),
    isFortranOrder: order === 'True',
    shape: readShape(shape, where),
    dataStart,
  };
}

type Key = 'descr' | 'fortran_order' | 'shape';
const forms: Readonly<Record<Key, RegExp>> = {
  descr: /^(?:'[^']*'|"[^"]*")$/,
  fortran_order: /^(?:True|False)$/,
  shape: /^\([\d,\s]*\)$/,
};

/** Each of the three keys once, in any order. */
function readDictionary(text: string, where: string): Readonly<Record<Key, string>> {
  const body = /^\s*\{([^{}]*)\}\s*$/.exec(text)?.[1];
  if (body === undefined) throw notUnderstood(text, where);
  const found = new Map<string, string>();
  const pair =
    /\s*(['"])(descr|fortran_order|shape)\1\s*:\s*('[^']*'|"[^"]*"|True|False|\([^()]*\)|\[.*\])\s*(?:,|$)/sy;
  while (/\S/.test(body.slice(pair.lastIndex))) {
    const match = pair.exec(body);
    if (!match || found.has(match[2]!)) throw notUnderstood(text, where);
    found.set(match[2]!, match[3]!);
  }
  const value = (key: Key): string => {
    const text = found.get(key) ?? '';
    if (key === 'descr' && text.startsWith('[')) {
      throw npzError(where, { what: 'arrays of records are not read', got: text });
    }
    if (!forms[key].test(text)) throw notUnderstood(`${key}: ${text}`, where);
    return text;
  };
  return { descr: value('descr').slice(1, -1), fortran_order: value('fortran_order'), shape: value('shape') };
}

function readType(descr: string, where: string): { type: string; isLittleEndian: boolean } {
  if (/O/.test(descr)) {
    throw npzError(where, {
      what: 'arrays of Python objects hold pickles and are never read',
      got: descr,
      remedy: 'Save plain numbers, for example array.astype("float64")',
    });
  }
  const [, order, type] = /^([<>|=])([a-z]\d{1,2})$/.exec(descr) ?? [];
  if (order === undefined || type === undefined) {
    throw npzError(where, {
      what: 'the type of the numbers is not known',
      got: descr,
      expected: 'for example <f8',
    });
  }
  return { type, isLittleEndian: order !== '>' };
}

function readShape(text: string, where: string): readonly number[] {
  const parts = text
    .slice(1, -1)
    .split(',')
    .map((part) => part.trim());
  if (parts[parts.length - 1] === '') parts.pop();
  const shape = parts.map((part) => (/^\d{1,15}$/.test(part) ? Number(part) : Number.NaN));
  if (shape.length > largestRank || shape.some(Number.isNaN)) throw notUnderstood(`shape ${text}`, where);
  return shape;
}

function notUnderstood(got: string, where: string) {
  return npzError(where, { what: 'the .npy header is not understood', got });
}
