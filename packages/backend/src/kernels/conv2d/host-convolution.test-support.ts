// Float64 references for the tests of the convolution triple, straight from the definition.

export interface HostConvolution {
  /** [batch, height, width, channels] */
  inputShape: number[];
  /** [kernelHeight, kernelWidth, channels, outChannels], or [.., channels, multiplier] when depthwise. */
  filterShape: number[];
  /** [batch, outHeight, outWidth, outChannels] */
  outputShape: number[];
  strides: [number, number];
  dilations: [number, number];
  padTop: number;
  padLeft: number;
  isDepthwise?: boolean;
}

/** Calls `visit` with the positions of every product x[xi] · w[wi] that enters y[yi]. */
function forEachProduct(
  convolution: HostConvolution,
  visit: (xi: number, wi: number, yi: number) => void,
): void {
  const { inputShape, filterShape, outputShape, strides, dilations, padTop, padLeft } = convolution;
  const [, height, width, channels] = inputShape as [number, number, number, number];
  const [kernelHeight, kernelWidth, , lastFilter] = filterShape as [number, number, number, number];
  const [batch, outHeight, outWidth, outChannels] = outputShape as [number, number, number, number];
  for (let b = 0; b < batch; b++) {
    for (let oy = 0; oy < outHeight; oy++) {
      for (let ox = 0; ox < outWidth; ox++) {
        for (let ky = 0; ky < kernelHeight; ky++) {
          for (let kx = 0; kx < kernelWidth; kx++) {
            const y = oy * strides[0] + ky * dilations[0] - padTop;
            const x = ox * strides[1] + kx * dilations[1] - padLeft;
            if (y < 0 || y >= height || x < 0 || x >= width) continue;
            for (let c = 0; c < channels; c++) {
              for (let last = 0; last < lastFilter; last++) {
                const out = convolution.isDepthwise ? c * lastFilter + last : last;
                visit(
                  ((b * height + y) * width + x) * channels + c,
                  ((ky * kernelWidth + kx) * channels + c) * lastFilter + last,
                  ((b * outHeight + oy) * outWidth + ox) * outChannels + out,
                );
              }
            }
          }
        }
      }
    }
  }
}

export function hostForward(
  convolution: HostConvolution,
  x: ArrayLike<number>,
  w: ArrayLike<number>,
): Float64Array {
  const y = new Float64Array(size(convolution.outputShape));
  forEachProduct(convolution, (xi, wi, yi) => {
    y[yi] = y[yi]! + x[xi]! * w[wi]!;
  });
  return y;
}

export function hostInputGradient(
  convolution: HostConvolution,
  dy: ArrayLike<number>,
  w: ArrayLike<number>,
): Float64Array {
  const dx = new Float64Array(size(convolution.inputShape));
  forEachProduct(convolution, (xi, wi, yi) => {
    dx[xi] = dx[xi]! + dy[yi]! * w[wi]!;
  });
  return dx;
}

export function hostFilterGradient(
  convolution: HostConvolution,
  x: ArrayLike<number>,
  dy: ArrayLike<number>,
): Float64Array {
  const dw = new Float64Array(size(convolution.filterShape));
  forEachProduct(convolution, (xi, wi, yi) => {
    dw[wi] = dw[wi]! + x[xi]! * dy[yi]!;
  });
  return dw;
}

function size(shape: number[]): number {
  return shape.reduce((product, length) => product * length, 1);
}
