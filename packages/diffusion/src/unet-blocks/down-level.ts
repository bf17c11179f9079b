import { createCheckpointed, createDownsample, type ParameterScope, type tf } from '@tintype/core-tensor';
import type { ResolvedUNetConfig } from './config.ts';
import { createLevelLayer, type LayerInputs, type LevelOptions } from './level-layer.ts';

/** One level on the way down: every map that a skip connection takes, the level's own last. */
export type DownLevel = (x: tf.Tensor4D, inputs: LayerInputs) => readonly tf.Tensor4D[];

/** diffusers' down blocks: `resnets.N`, `attentions.N`, `downsamplers.0.conv`. */
export function createDownLevel(
  scope: ParameterScope,
  config: ResolvedUNetConfig,
  options: LevelOptions,
): DownLevel {
  const { place, isLast, createAttention } = options;
  const { channels } = place;
  const layers = Array.from({ length: config.layersPerBlock }, (_, index) => {
    const inChannels = index === 0 ? options.inChannels : channels;
    return createCheckpointed(scope, config.checkpointActivations, (at) =>
      createLevelLayer(at, config, { inChannels, place, index, createAttention }),
    );
  });
  const { downsamplePadding: padding } = config;
  const halve = isLast ? undefined : createDownsample(scope.child('downsamplers.0'), { channels, padding });
  return (x, { activatedTime, context, dropoutRng }) => {
    const maps: tf.Tensor4D[] = [];
    let h = x;
    for (const layer of layers) {
      h = layer(h, activatedTime, context, dropoutRng);
      maps.push(h);
    }
    if (halve) maps.push(halve(h)); // [b, h/2, w/2, channels]
    return maps;
  };
}
