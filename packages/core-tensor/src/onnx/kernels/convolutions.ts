import { tf } from '@tintype/backend';
import { exportRefused } from '../export-refused.ts';
import {
  channelsFirst,
  type KernelCall,
  type Lowering,
  type LowerKernel,
  permute,
  plain,
  storeConstant,
  type Value,
} from '../lowering.ts';
import type { OnnxAttribute } from '../model.ts';
import { fixedShape } from '../size.ts';
import { numbersOf } from './attributes.ts';

/** Sides of a filter [kh, kw, in, out] in the order of PyTorch and ONNX: [out, in, kh, kw]. */
const outInHeightWidth = [3, 2, 0, 1];

type Sides = [number, number, number, number];
type Pad = 'same' | 'valid' | number;

/** What tfjs computes for a window that moves over an image [1, h, w, c]. */
function geometry(call: KernelCall, image: Value['shape'], filter: Sides, isDepthwise = false) {
  assertChannelsLast(call);
  const { pad, dimRoundingMode } = call.attributes as { pad: Pad; dimRoundingMode?: 'floor' };
  const strides = pairOf(call, 'strides');
  const dilations = call.attributes.dilations === undefined ? [1, 1] : pairOf(call, 'dilations');
  const sides = [1, ...fixedShape(image.slice(1), 'the sides of an image')] as Sides;
  return tf.backend_util.computeConv2DInfo(
    sides,
    filter,
    strides as [number, number],
    dilations as [number, number],
    pad,
    dimRoundingMode,
    isDepthwise,
  );
}

function pairOf(call: KernelCall, name: string): number[] {
  const [first, second = first] = numbersOf(call, name);
  return [first!, second!];
}

function assertChannelsLast({ attributes: { dataFormat = 'NHWC' }, kernelName }: KernelCall): void {
  if (dataFormat === 'NHWC') return;
  throw exportRefused(`${kernelName} must lie NHWC`, { got: dataFormat });
}

function windowAttributes({
  padInfo: { top, left, bottom, right },
  strideHeight,
  strideWidth,
  dilationHeight,
  dilationWidth,
}: ReturnType<typeof geometry>): Record<string, OnnxAttribute> {
  return {
    dilations: { ints: [dilationHeight, dilationWidth] },
    pads: { ints: [top, left, bottom, right] },
    strides: { ints: [strideHeight, strideWidth] },
  };
}

/** A filter with its axes in another order; a parameter keeps its name. */
function filterAs(filter: Value, axes: readonly number[], lowering: Lowering): string {
  if (filter.constant) return storeConstant(filter, lowering, axes);
  return permute(plain(filter, lowering), filter.shape, axes, lowering);
}

/** A layer's name, which is its weight's without the last word. */
export function layerName(weight: Value): string | undefined {
  return weight.constant?.parameter?.replace(/\.?[^.]+$/, '') || undefined;
}

const convolution: LowerKernel = (call, lowering) => {
  const { x, filter, bias } = call.inputs as { x: Value; filter: Value; bias?: Value };
  const sides = fixedShape(filter.shape, 'the shape of a filter') as Sides;
  const attributes = {
    ...windowAttributes(geometry(call, x.shape, sides)),
    kernel_shape: { ints: sides.slice(0, 2) },
  };
  const inputs = [
    channelsFirst(x, lowering),
    filterAs(filter, outInHeightWidth, lowering),
    ...(bias ? [plain(bias, lowering)] : []),
  ];
  return [{ channelsFirst: lowering.builder.node('Conv', inputs, { attributes, name: layerName(filter) }) }];
};

const depthwise: LowerKernel = (call, lowering) => {
  const { x, filter } = call.inputs as { x: Value; filter: Value };
  const [height, width, channels, multiplier] = fixedShape(filter.shape, 'the shape of a filter') as Sides;
  const attributes = {
    ...windowAttributes(geometry(call, x.shape, [height, width, channels, multiplier], true)),
    group: { int: channels },
    kernel_shape: { ints: [height, width] },
  };
  const { builder } = lowering;
  const ordered = filterAs(filter, [2, 3, 0, 1], lowering); // [in, multiplier, kh, kw]
  const weight = builder.node('Reshape', [ordered, builder.integers([-1, 1, height, width])]);
  return [{ channelsFirst: builder.node('Conv', [channelsFirst(x, lowering), weight], { attributes }) }];
};

/** The gradient of a convolution by its input, which is what a transposed convolution computes. */
const transposedConvolution: LowerKernel = (call, lowering) => {
  const { dy, filter } = call.inputs as { dy: Value; filter: Value };
  const sides = fixedShape(filter.shape, 'the shape of a filter') as Sides;
  const info = geometry(call, call.outputs[0]!.shape, sides);
  const window = windowAttributes(info);
  const [, height, width] = fixedShape([0, ...dy.shape.slice(1)], 'the sides of an image') as Sides;
  const { top, bottom, left, right } = info.padInfo;
  const missing = [
    info.inHeight - ((height - 1) * info.strideHeight + sides[0] - top - bottom),
    info.inWidth - ((width - 1) * info.strideWidth + sides[1] - left - right),
  ];
  const attributes = {
    ...window,
    kernel_shape: { ints: sides.slice(0, 2) },
    output_padding: { ints: missing },
  };
  // [kh, kw, out, in] → PyTorch's [in, out, kh, kw]
  const inputs = [channelsFirst(dy, lowering), filterAs(filter, outInHeightWidth, lowering)];
  const name = layerName(filter);
  return [{ channelsFirst: lowering.builder.node('ConvTranspose', inputs, { attributes, name }) }];
};

const pool =
  (opType: 'MaxPool' | 'AveragePool'): LowerKernel =>
  (call, lowering) => {
    const x = call.inputs.x!;
    const channels = fixedShape([x.shape[3]!], 'the number of channels')[0]!;
    const [height, width] = pairOf(call, 'filterSize') as [number, number];
    const { dilations, ...window } = windowAttributes(
      geometry(call, x.shape, [height, width, channels, channels]),
    );
    const attributes = { ...window, kernel_shape: { ints: [height, width] } };
    return [{ channelsFirst: lowering.builder.node(opType, [channelsFirst(x, lowering)], { attributes }) }];
  };

const resize =
  (mode: 'nearest' | 'linear'): LowerKernel =>
  (call, lowering) => {
    const { alignCorners, halfPixelCenters } = call.attributes;
    if (mode === 'nearest' && (alignCorners || halfPixelCenters)) {
      throw exportRefused('resizeNearestNeighbor is exported without alignCorners and halfPixelCenters');
    }
    const transformation = alignCorners ? 'align_corners' : halfPixelCenters ? 'half_pixel' : 'asymmetric';
    const attributes = {
      axes: { ints: [2, 3] },
      coordinate_transformation_mode: { string: transformation },
      mode: { string: mode },
      ...(mode === 'nearest' && { nearest_mode: { string: 'floor' } }),
    };
    const { builder } = lowering;
    const inputs = [
      channelsFirst(call.inputs.images!, lowering),
      '',
      '',
      builder.integers(numbersOf(call, 'size')),
    ];
    return [{ channelsFirst: builder.node('Resize', inputs, { attributes }) }];
  };

const depthToSpace: LowerKernel = (call, lowering) => {
  assertChannelsLast(call);
  const attributes = { blocksize: { int: call.attributes.blockSize as number }, mode: { string: 'DCR' } };
  const x = channelsFirst(call.inputs.x!, lowering);
  return [{ channelsFirst: lowering.builder.node('DepthToSpace', [x], { attributes }) }];
};

/** Kernels that look at the neighbourhood of a pixel. */
export const convolutionKernels: Readonly<Record<string, LowerKernel>> = {
  AvgPool: pool('AveragePool'),
  Conv2D: convolution,
  Conv2DBackpropInput: transposedConvolution,
  DepthToSpace: depthToSpace,
  DepthwiseConv2dNative: depthwise,
  MaxPool: pool('MaxPool'),
  ResizeBilinear: resize('linear'),
  ResizeNearestNeighbor: resize('nearest'),
  TintypeConv2DWithBias: convolution,
};
