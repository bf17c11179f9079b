import {
  createResnetBlock,
  type ParameterScope,
  type RandomStream,
  type ResnetBlockOptions,
  type tf,
} from '@tintype/core-tensor';
import type { ResolvedUNetConfig } from './config.ts';

/** Where in the net attention may stand. Levels count from the finest (down), or from the coarsest (up). */
export interface AttentionPlace {
  readonly path: 'down' | 'mid' | 'up';
  readonly level: number;
  readonly channels: number;
}

/** A map [b, h, w, channels], and the tokens [b, n, c] that it may look at, to the same shape. */
type Attend = (x: tf.Tensor4D, context?: tf.Tensor3D) => tf.Tensor4D;

/** Attention for a place of the net, in its own scope (`attentions.N`); undefined leaves it out. */
export type CreateAttention = (scope: ParameterScope, place: AttentionPlace) => Attend | undefined;

export interface LevelOptions {
  readonly inChannels: number;
  readonly place: AttentionPlace;
  /** The coarsest (down) or finest (up) level keeps its size. */
  readonly isLast: boolean;
  readonly createAttention: CreateAttention;
}

/** What every layer sees beside its map: SiLU of the time embedding, tokens, and the stream of dropout masks. */
export interface LayerInputs {
  readonly activatedTime: tf.Tensor2D;
  readonly context?: tf.Tensor3D | undefined;
  readonly dropoutRng?: RandomStream | undefined;
}

export type LevelLayer = (
  x: tf.Tensor4D,
  activatedTime: tf.Tensor2D,
  context?: tf.Tensor3D,
  dropoutRng?: RandomStream,
) => tf.Tensor4D;

/** A residual block (`resnets.N`), and attention after it where the place has it (`attentions.N`). */
export function createLevelLayer(
  scope: ParameterScope,
  config: ResolvedUNetConfig,
  options: Pick<LevelOptions, 'inChannels' | 'place' | 'createAttention'> & { readonly index: number },
): LevelLayer {
  const { inChannels, place, index } = options;
  const resnet = createResnetBlock(
    scope.child(`resnets.${index}`),
    resnetOptions(config, inChannels, place.channels),
  );
  const attend = options.createAttention(scope.child(`attentions.${index}`), place);
  return (x, activatedTime, context, dropoutRng) => {
    const h = resnet(x, activatedTime, dropoutRng);
    return attend ? attend(h, context) : h;
  };
}

export function resnetOptions(
  config: ResolvedUNetConfig,
  inChannels: number,
  outChannels: number,
): ResnetBlockOptions {
  const { normGroups, normEpsilon, timeConditioning, dropout, blockOutChannels } = config;
  const timeChannels = 4 * blockOutChannels[0]!;
  return { inChannels, outChannels, timeChannels, normGroups, normEpsilon, timeConditioning, dropout };
}
