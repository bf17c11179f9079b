import type { SafetensorsEntry } from '@tintype/core-tensor';
import type { ResolvedUNet2dConfig } from '../unet/config.ts';

// A net with a space-to-depth stem is, inside, a net on p·p·c channels. We keep the channels of one pixel together,
// new channel (dy·p + dx)·c + k; `pixel_shuffle` of PyTorch keeps the pixels of one channel together, k·p² + dy·p + dx.
// Diffusion treats every number alike, so that the net in the other order is the same process.

type Tensors = ReadonlyMap<string, SafetensorsEntry>;
type Patches = Pick<ResolvedUNet2dConfig, 'patchSize' | 'channels' | 'outChannels'>;

/** The tensors of `readWeights` with the channels of `conv_in` and `conv_out` in PyTorch's order. */
export function toPixelShuffle(tensors: Tensors, patches: Patches): Tensors {
  return reorder(tensors, patches, (order) => order);
}

/** The inverse. */
export function fromPixelShuffle(tensors: Tensors, patches: Patches): Tensors {
  return reorder(tensors, patches, (order) => order.map((_, at) => order.indexOf(at)));
}

function reorder(
  tensors: Tensors,
  { patchSize, channels, outChannels }: Patches,
  direct: (order: readonly number[]) => readonly number[],
): Tensors {
  if (patchSize === 1) return tensors;
  const square = patchSize ** 2;
  const orderOf = (count: number) => direct(pixelShuffleOrder(count, square));
  const axes: Readonly<Record<string, readonly [axis: number, order: readonly number[]]>> = {
    'conv_in.weight': [1, orderOf(channels)],
    'conv_out.weight': [0, orderOf(outChannels)],
    'conv_out.bias': [0, orderOf(outChannels)],
  };
  return new Map(
    [...tensors].map(([name, entry]) => {
      const [axis, order] = axes[name] ?? [];
      const fits = axis !== undefined && order !== undefined && entry.shape[axis] === order.length;
      return [name, fits ? { ...entry, data: gatherRows(entry, axis, order) } : entry];
    }),
  );
}

/** At the place of each channel in PyTorch's order, where it lies in ours. */
function pixelShuffleOrder(channels: number, square: number): readonly number[] {
  return Array.from({ length: channels * square }, (_, at) => {
    const [channel, pixel] = [Math.floor(at / square), at % square];
    return pixel * channels + channel;
  });
}

/** Slices along an axis in another order, as bytes. */
function gatherRows({ shape, data }: SafetensorsEntry, axis: number, order: readonly number[]): Uint8Array {
  const outer = shape.slice(0, axis).reduce((product, side) => product * side, 1);
  const result = new Uint8Array(data.length);
  const row = data.length / outer / order.length;
  for (let block = 0; block < outer; block += 1) {
    for (const [to, from] of order.entries()) {
      const start = (block * order.length + from) * row;
      result.set(data.subarray(start, start + row), (block * order.length + to) * row);
    }
  }
  return result;
}
