/** ONNX's numbers of the tensor types that an export uses. */
export const typeCodes = { float32: 1, int32: 6, int64: 7, bool: 9 } as const;

export type OnnxType = keyof typeof typeCodes;

export type OnnxAttribute =
  | { readonly float: number }
  | { readonly int: number }
  | { readonly string: string }
  | { readonly ints: readonly number[] };

export interface OnnxNode {
  readonly name: string;
  readonly opType: string;
  /** Names of values; '' is an optional input left out. */
  readonly inputs: readonly string[];
  readonly outputs: readonly string[];
  readonly attributes: Readonly<Record<string, OnnxAttribute>>;
}

export interface OnnxTensor {
  readonly name: string;
  readonly type: OnnxType;
  readonly shape: readonly number[];
  /** Little-endian, one after the other. */
  readonly bytes: Uint8Array;
}

/** An input or output of the graph; a side that is a name is not known before the graph runs. */
export interface OnnxSignature {
  readonly name: string;
  readonly type: OnnxType;
  readonly shape: readonly (number | string)[];
}

/** What an .onnx file says, in the order in which it says it. */
export interface OnnxModel {
  readonly name: string;
  readonly producer: string;
  readonly opset: number;
  readonly nodes: readonly OnnxNode[];
  readonly initializers: readonly OnnxTensor[];
  readonly inputs: readonly OnnxSignature[];
  readonly outputs: readonly OnnxSignature[];
  readonly metadata: Readonly<Record<string, string>>;
}
