import type { tf } from '../../tf.ts';
import { pointerTo } from '../wasm-backend.ts';
import type { ConvolutionCall } from './algorithm.ts';
import { intoPaddedChannels, paddedChannels, withPaddedChannels } from './winograd-channels.ts';
import { planForward, type WinogradSizes } from './winograd-plan.ts';
import { withWinogradWeights } from './winograd-weights.ts';

interface Convolution {
  /** [batch, height, width, channels] of `sizes` */
  readonly x: tf.TensorInfo;
  /** [3, 3, channels, outChannels], or turned [3, 3, outChannels, channels] */
  readonly filter: tf.TensorInfo;
  readonly bias: tf.TensorInfo | undefined;
  /** [batch, outHeight, outWidth, outChannels] of `sizes` */
  readonly y: tf.TensorInfo;
  readonly sizes: WinogradSizes;
  readonly isTurned: boolean;
}

/** y = conv(x, filter) + bias */
export function convolveByWinograd(call: ConvolutionCall, convolution: Convolution): void {
  const { backend, engine } = call;
  const { x, filter, bias, y, sizes, isTurned } = convolution;
  const { batch, height, width, channels, outHeight, outWidth, outChannels, padTop, padLeft } = sizes;
  const padded = {
    ...sizes,
    channels: paddedChannels(channels),
    outChannels: paddedChannels(outChannels),
  };
  const { blockTiles, channelBlock, outGroup, items } = planForward(padded);
  const from = pointerTo(backend, x);
  const to = pointerTo(backend, y);

  withWinogradWeights(call, filter, isTurned, (weights) => {
    withPaddedBias(call, bias, outChannels, (added) => {
      withPaddedChannels(engine, from, batch * height * width, channels, (source) => {
        intoPaddedChannels(engine, to, batch * outHeight * outWidth, outChannels, (target) => {
          engine.run('winogradForward', {
            ints: [
              ...[source, weights, target, added],
              ...[batch, height, width, padded.channels, outHeight, outWidth, padded.outChannels],
              ...[padTop, padLeft, blockTiles, channelBlock, outGroup],
            ],
            items,
            grain: 1,
          });
        });
      });
    });
  });
}

function withPaddedBias(
  { backend, engine }: ConvolutionCall,
  bias: tf.TensorInfo | undefined,
  outChannels: number,
  use: (pointer: number) => void,
): void {
  if (bias === undefined) use(0);
  else withPaddedChannels(engine, pointerTo(backend, bias), 1, outChannels, use);
}
