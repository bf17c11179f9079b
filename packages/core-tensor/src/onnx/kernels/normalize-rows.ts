import {
  channelsFirst,
  type KernelCall,
  type Lowering,
  type LowerKernel,
  plain,
  reshaped,
  storeConstant,
  type Value,
} from '../lowering.ts';
import { fixedShape } from '../size.ts';
import { numberOf } from './attributes.ts';
import { layerName } from './convolutions.ts';

// A group norm is an instance norm of [b, groups, ...] and then a scale and shift per channel, as PyTorch's exporter
// writes it: runtimes have a kernel for instance norm, while they take ONNX's GroupNormalization apart.

interface Norm {
  readonly x: Value;
  readonly weight?: Value;
  readonly bias?: Value;
  readonly positions: number;
  readonly channels: number;
  readonly groups: number;
  readonly options: { readonly attributes: { readonly epsilon: { float: number } }; readonly name?: string };
}

/** Group, instance and layer norm: [b, n, c] by mean and variance over positions and the channels of a group. */
export const normalizeRows: LowerKernel = (call, lowering) => {
  const norm = normOf(call);
  const isLayerNorm = norm.positions === 1 && norm.groups === 1;
  const y = isLayerNorm ? layerNorm(norm, lowering) : groupNorm(norm, lowering);
  const isActivated = call.attributes.activation === 'silu';
  const activated = isActivated
    ? lowering.builder.node('Mul', [y, lowering.builder.node('Sigmoid', [y])])
    : y;
  return [isLayerNorm ? { plain: activated } : { channelsFirst: activated }];
};

function normOf(call: KernelCall): Norm {
  const { x, weight, bias } = call.inputs as { x: Value; weight?: Value; bias?: Value };
  const sides = fixedShape(x.shape.slice(1), 'positions and channels of a normalisation');
  const [positions, channels] = sides as [number, number];
  const epsilon = { float: numberOf(call, 'epsilon') };
  const options = { attributes: { epsilon }, name: weight && layerName(weight) };
  return { x, weight, bias, positions, channels, groups: numberOf(call, 'groups'), options };
}

function layerNorm({ x, weight, bias, channels, options }: Norm, lowering: Lowering): string {
  const affine = scaleAndShift(weight, bias, channels, lowering);
  return lowering.builder.node('LayerNormalization', [plain(x, lowering), ...affine], options);
}

function groupNorm(norm: Norm, lowering: Lowering): string {
  const { x, weight, bias, positions, channels, groups, options } = norm;
  const { builder } = lowering;
  const input = channelsFirst(x, lowering);
  if (groups === channels) {
    const affine = scaleAndShift(weight, bias, channels, lowering);
    return builder.node('InstanceNormalization', [input, ...affine], options);
  }
  const batch = x.shape[0]!;
  const apart = [batch, channels, positions];
  const together = [batch, groups, (channels / groups) * positions];
  const inputs = [
    reshaped(input, apart, together, lowering),
    ...scaleAndShift(undefined, undefined, groups, lowering),
  ];
  const standard = builder.node('InstanceNormalization', inputs, options);
  let y = reshaped(standard, together, apart, lowering);
  if (weight) y = builder.node('Mul', [y, perChannel(weight, channels, lowering)]);
  return bias ? builder.node('Add', [y, perChannel(bias, channels, lowering)]) : y;
}

function scaleAndShift(
  weight: Value | undefined,
  bias: Value | undefined,
  length: number,
  lowering: Lowering,
): string[] {
  return [
    weight ? plain(weight, lowering) : filled(1, length, lowering),
    bias ? plain(bias, lowering) : filled(0, length, lowering),
  ];
}

/** [c] as [c, 1], beside [b, c, n]. */
function perChannel(value: Value, channels: number, lowering: Lowering): string {
  if (!value.constant) return reshaped(plain(value, lowering), value.shape, [channels, 1], lowering);
  return storeConstant({ ...value, constant: { ...value.constant, shape: [channels, 1] } }, lowering);
}

function filled(value: number, length: number, { builder }: Lowering): string {
  return builder.initializer({
    type: 'float32',
    shape: [length],
    numbers: new Float32Array(length).fill(value),
  });
}
