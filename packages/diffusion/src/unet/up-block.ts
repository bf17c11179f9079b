import {
  createCheckpointed,
  createUpsample,
  type ParameterScope,
  type RandomStream,
  tf,
} from '@tintype/core-tensor';
import type { ResolvedUNet2dConfig } from './config.ts';
import { applyLayer, createLevelLayer, type LevelOptions } from './down-block.ts';

export interface UpLevelOptions extends LevelOptions {
  /** Channels that come up from the coarser level. */
  readonly previousChannels: number;
}

/** One level on the way up; takes its skips off the end of `skips`. */
export type UpBlock = (
  x: tf.Tensor4D,
  skips: tf.Tensor4D[],
  activatedTime: tf.Tensor2D,
  dropoutRng?: RandomStream,
) => tf.Tensor4D;

/**
 * diffusers' UpBlock2D and AttnUpBlock2D: `resnets.N`, `attentions.N`, `upsamplers.0.conv`. `inChannels` are those of
 * the finer level, which the last skip carries.
 */
export function createUpBlock(
  scope: ParameterScope,
  config: ResolvedUNet2dConfig,
  options: UpLevelOptions,
): UpBlock {
  const { inChannels, outChannels, previousChannels, isLast } = options;
  const layerCount = config.layersPerBlock + 1;
  const layers = Array.from({ length: layerCount }, (_, i) => {
    const fromBelow = i === 0 ? previousChannels : outChannels;
    const fromSkip = i === layerCount - 1 ? inChannels : outChannels;
    return createCheckpointed(scope, config.checkpointActivations, (at) => {
      const layer = createLevelLayer(at, config, i, fromBelow + fromSkip, outChannels, options.kind);
      return (x: tf.Tensor4D, skip: tf.Tensor4D, time: tf.Tensor2D, rng?: RandomStream) =>
        applyLayer(layer, tf.concat([x, skip], 3), time, rng);
    });
  });
  const double = isLast ? undefined : createUpsample(scope.child('upsamplers.0'), { channels: outChannels });
  return (x, skips, activatedTime, dropoutRng) => {
    let h = x;
    for (const layer of layers) {
      h = layer(h, skips.pop()!, activatedTime, dropoutRng);
    }
    return double ? double(h) : h; // [b, 2h, 2w, outChannels]
  };
}
