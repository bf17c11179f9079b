import { createCheckpointed, createUpsample, type ParameterScope, tf } from '@tintype/core-tensor';
import type { ResolvedUNetConfig } from './config.ts';
import { createLevelLayer, type LayerInputs, type LevelLayer, type LevelOptions } from './level-layer.ts';

export interface UpLevelOptions extends LevelOptions {
  /** Channels that come up from the coarser level. */
  readonly previousChannels: number;
}

/** One level on the way up; takes its skips off the end of `skips`. */
export type UpLevel = (x: tf.Tensor4D, skips: tf.Tensor4D[], inputs: LayerInputs) => tf.Tensor4D;

/**
 * diffusers' up blocks: `resnets.N`, `attentions.N`, `upsamplers.0.conv`. `inChannels` are those of the finer level,
 * which the last skip carries.
 */
export function createUpLevel(
  scope: ParameterScope,
  config: ResolvedUNetConfig,
  options: UpLevelOptions,
): UpLevel {
  const { inChannels: finerChannels, previousChannels, place, isLast, createAttention } = options;
  const { channels } = place;
  const layerCount = config.layersPerBlock + 1;
  const layers = Array.from({ length: layerCount }, (_, index) => {
    const fromBelow = index === 0 ? previousChannels : channels;
    const fromSkip = index === layerCount - 1 ? finerChannels : channels;
    return createCheckpointed(scope, config.checkpointActivations, (at) => {
      const inChannels = fromBelow + fromSkip;
      const layer = createLevelLayer(at, config, { inChannels, place, index, createAttention });
      return (x: tf.Tensor4D, skip: tf.Tensor4D, ...rest: AfterMap<LevelLayer>) =>
        layer(tf.concat([x, skip], 3), ...rest);
    });
  });
  const double = isLast ? undefined : createUpsample(scope.child('upsamplers.0'), { channels });
  return (x, skips, { activatedTime, context, dropoutRng }) => {
    let h = x;
    for (const layer of layers) h = layer(h, skips.pop()!, activatedTime, context, dropoutRng);
    return double ? double(h) : h; // [b, 2h, 2w, channels]
  };
}

type AfterMap<Layer extends LevelLayer> =
  Parameters<Layer> extends [tf.Tensor4D, ...infer Rest] ? Rest : never;
