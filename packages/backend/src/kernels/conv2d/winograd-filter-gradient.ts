import { borrowMemory } from '../../engine/borrow-memory.ts';
import type { tf } from '../../tf.ts';
import { pointerTo } from '../wasm-backend.ts';
import type { ConvolutionCall } from './algorithm.ts';
import { paddedChannels, withPaddedChannels } from './winograd-channels.ts';
import { planGradient, roundUp } from './winograd-plan.ts';

const taps = 9;
const floatBytes = 4;
const floatsPerGrain = 2 ** 14;

/** dw, as sums over a number of parts that depends on sizes alone, added up in their order. */
export function filterGradientByWinograd(
  { backend, engine, geometry }: ConvolutionCall,
  x: tf.TensorInfo,
  dy: tf.TensorInfo,
): tf.TensorInfo {
  const { batch, height, width, outHeight, outWidth, padTop, padLeft } = geometry;
  const dw = backend.makeOutput([3, 3, geometry.channels, geometry.outChannels], 'float32');
  const channels = paddedChannels(geometry.channels);
  const outChannels = paddedChannels(geometry.outChannels);
  const plan = planGradient({ ...geometry, channels, outChannels });
  const from = [pointerTo(backend, x), pointerTo(backend, dy), pointerTo(backend, dw)] as const;
  const rowFloats = roundUp(outChannels, 8);

  borrowMemory(engine, plan.parts * taps * channels * rowFloats * floatBytes, (partial) => {
    withPaddedChannels(engine, from[0], batch * height * width, geometry.channels, (images) => {
      withPaddedChannels(engine, from[1], batch * outHeight * outWidth, geometry.outChannels, (gradients) => {
        engine.run('winogradFilterGradient', {
          ints: [
            ...[images, gradients, partial, plan.parts],
            ...[batch, height, width, channels, outHeight, outWidth, outChannels],
            ...[padTop, padLeft, plan.blockTiles, plan.channelGroup, plan.outGroup],
          ],
          items: plan.items,
          grain: 1,
        });
      });
    });
    engine.run('winogradSumParts', {
      ints: [partial, from[2], geometry.channels, channels, geometry.outChannels, plan.parts, taps],
      items: taps * geometry.channels,
      grain: Math.ceil(floatsPerGrain / (plan.parts * rowFloats)),
    });
  });
  return dw;
}
