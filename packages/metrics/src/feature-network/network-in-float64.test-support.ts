import { decodeSafetensors, toFloat32 } from '@tintype/core-tensor';

interface Planes {
  readonly channels: number;
  readonly side: number;
  /** [channels, side, side]. */
  readonly values: Float64Array;
}

/**
 * The network as PyTorch would read its file, in float64 and plain loops: OIHW filters, C,H,W flattening.
 * @param image 28 × 28 values.
 */
export function networkInFloat64(
  file: Uint8Array,
  image: ArrayLike<number>,
): { features: Float64Array; logits: Float64Array } {
  const entries = decodeSafetensors(file);
  const weights = (name: string) => toFloat32(entries.get(name)!);
  let planes: Planes = { channels: 1, side: 28, values: Float64Array.from(image) };
  for (const layer of ['conv1', 'conv2', 'conv3']) {
    planes = poolMax(convolve(planes, weights(`${layer}.weight`), weights(`${layer}.bias`)));
  }
  const features = multiply(weights('linear1.weight'), planes.values, weights('linear1.bias')).map((value) =>
    Math.max(0, value),
  );
  return { features, logits: multiply(weights('linear2.weight'), features, weights('linear2.bias')) };
}

/** 3×3 with a border of zeros, then ReLU. */
function convolve({ channels, side, values }: Planes, filter: Float32Array, bias: Float32Array): Planes {
  const result = new Float64Array(bias.length * side * side);
  for (let out = 0; out < bias.length; out++) {
    for (let y = 0; y < side; y++) {
      for (let x = 0; x < side; x++) {
        let sum = bias[out]!;
        for (let channel = 0; channel < channels; channel++) {
          for (let tap = 0; tap < 9; tap++) {
            const [row, column] = [y + Math.floor(tap / 3) - 1, x + (tap % 3) - 1];
            if (row < 0 || column < 0 || row >= side || column >= side) continue;
            const weight = filter[(out * channels + channel) * 9 + tap]!;
            sum += weight * values[(channel * side + row) * side + column]!;
          }
        }
        result[(out * side + y) * side + x] = Math.max(0, sum);
      }
    }
  }
  return { channels: bias.length, side, values: result };
}

/** Windows of 2×2; the last ones may be cut off by the edge. */
function poolMax({ channels, side, values }: Planes): Planes {
  const half = Math.ceil(side / 2);
  const result = new Float64Array(channels * half * half).fill(Number.NEGATIVE_INFINITY);
  for (let i = 0; i < values.length; i++) {
    const [channel, y, x] = [Math.floor(i / side ** 2), Math.floor(i / side) % side, i % side];
    const at = (channel * half + (y >> 1)) * half + (x >> 1);
    result[at] = Math.max(result[at]!, values[i]!);
  }
  return { channels, side: half, values: result };
}

function multiply(matrix: Float32Array, vector: Float64Array, bias: Float32Array): Float64Array {
  return Float64Array.from(bias, (start, row) =>
    vector.reduce((sum, value, i) => sum + value * matrix[row * vector.length + i]!, start),
  );
}
