import {
  type Lowering,
  type LowerKernel,
  permute,
  plain,
  reshaped,
  storeConstant,
  type Value,
} from '../lowering.ts';
import { fixedShape } from '../size.ts';
import { flagOf, numberOf } from './attributes.ts';
import { layerName } from './convolutions.ts';

/** a·b + bias for matrices; a constant b is stored as PyTorch has the weight of a linear layer, [out, in]. */
function matrixProduct(
  { a, b, bias }: { readonly a: Value; readonly b: Value; readonly bias?: Value },
  [transposeA, transposeB]: readonly [boolean, boolean],
  lowering: Lowering,
): string {
  const isWeight = b.constant !== undefined && !transposeB;
  const right = isWeight ? storeConstant(b, lowering, [1, 0]) : plain(b, lowering);
  const inputs = [plain(a, lowering), right, ...(bias ? [plain(bias, lowering)] : [])];
  const attributes = {
    ...(transposeA && { transA: { int: 1 } }),
    ...((transposeB || isWeight) && { transB: { int: 1 } }),
  };
  return lowering.builder.node('Gemm', inputs, { attributes, name: layerName(b) });
}

const withBias: LowerKernel = ({ inputs: { a, b, bias } }, lowering) => [
  { plain: matrixProduct({ a: a!, b: b!, bias }, [false, false], lowering) },
];

const matMul: LowerKernel = (call, lowering) => {
  const { a, b } = call.inputs as { a: Value; b: Value };
  const transposed = [flagOf(call, 'transposeA'), flagOf(call, 'transposeB')] as const;
  const isMatrix = a.shape.length === 2 && b.shape.length === 2;
  if (isMatrix) return [{ plain: matrixProduct({ a, b }, transposed, lowering) }];
  const operands = [a, b].map((value, index) =>
    transposed[index] ? swapped(value, lowering) : plain(value, lowering),
  );
  return [{ plain: lowering.builder.node('MatMul', operands) }];
};

/** A stack of matrices with its last two axes swapped. */
function swapped(value: Value, lowering: Lowering): string {
  const axes = value.shape.map((_, axis) => axis);
  axes.push(...axes.splice(-2).reverse());
  return permute(plain(value, lowering), value.shape, axes, lowering);
}

/** softmax(scale·Q·Kᵀ)·V per head, as `attention` of the backend defines it. */
const attention: LowerKernel = (call, lowering) => {
  const { builder } = lowering;
  const heads = numberOf(call, 'heads');
  const { q, k, v } = call.inputs as { q: Value; k: Value; v: Value };
  const scale = builder.initializer({
    type: 'float32',
    shape: [],
    numbers: Float32Array.of(numberOf(call, 'scale')),
  });
  const query = builder.node('Mul', [ofHeads(q, heads, [0, 2, 1, 3], lowering), scale]); // [b, heads, n, d]
  const key = ofHeads(k, heads, [0, 2, 3, 1], lowering); // [b, heads, d, m]
  const scores = builder.node('MatMul', [query, key]);
  const weights = builder.node('Softmax', [scores], { attributes: { axis: { int: -1 } } });
  const attended = builder.node('MatMul', [weights, ofHeads(v, heads, [0, 2, 1, 3], lowering)]);
  const [batch, count, channels] = call.outputs[0]!.shape;
  const size = fixedShape([channels!], 'channels of attention')[0]! / heads;
  const together = permute(attended, [batch!, heads, count!, size], [0, 2, 1, 3], lowering);
  return [{ plain: reshaped(together, [batch!, count!, heads, size], call.outputs[0]!.shape, lowering) }];
};

/** Tokens [b, n, c] as [b, n, heads, c / heads] with the axes in the given order. */
function ofHeads(tokens: Value, heads: number, axes: readonly number[], lowering: Lowering): string {
  const [batch, count, channels] = tokens.shape;
  const size = fixedShape([channels!], 'channels of attention')[0]! / heads;
  const apart = [batch!, count!, heads, size];
  return permute(reshaped(plain(tokens, lowering), tokens.shape, apart, lowering), apart, axes, lowering);
}

/** Kernels that multiply matrices. */
export const productKernels: Readonly<Record<string, LowerKernel>> = {
  BatchMatMul: matMul,
  TintypeAttention: attention,
  TintypeMatMulWithBias: withBias,
};
