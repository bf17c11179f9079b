import { assertConfig, TintypeError, v } from '@tintype/core-tensor';

export interface CodePriorConfig {
  /** `pixel-cnn`: masked convolutions in two gated stacks. `transformer`: causal attention. @default 'pixel-cnn' */
  readonly architecture: 'pixel-cnn' | 'transformer';
  /** Rows of a grid of codes, at least 1. @default 7 */
  readonly height: number;
  /** Codes in a row, at least 1. @default 7 */
  readonly width: number;
  /** K, how many codes there are, at least 2. @default 128 */
  readonly codebookSize: number;
  /** Channels inside the network, at least 1. @default 32 */
  readonly hiddenChannels: number;
  /** Gated layers or transformer blocks, at least 1. @default 4 */
  readonly layers: number;
  /** Heads of the attention, which divide `hiddenChannels`; `pixel-cnn` has none of them. @default 4 */
  readonly heads: number;
  /** Classes that a grid may be asked for, at least 1; null: no condition. @default null */
  readonly numClasses: number | null;
}

export const defaultCodePriorConfig: CodePriorConfig = {
  architecture: 'pixel-cnn',
  height: 7,
  width: 7,
  codebookSize: 128,
  hiddenChannels: 32,
  layers: 4,
  heads: 4,
  numClasses: null,
};

const wholeFrom = (minimum: number) => v.pipe(v.number(), v.integer(), v.minValue(minimum));

const codePriorSchema = v.strictObject({
  architecture: v.picklist(['pixel-cnn', 'transformer']),
  height: wholeFrom(1),
  width: wholeFrom(1),
  codebookSize: wholeFrom(2),
  hiddenChannels: wholeFrom(1),
  layers: wholeFrom(1),
  heads: wholeFrom(1),
  numClasses: v.nullable(wholeFrom(1)),
});

/** Returns the configuration typed. Throws `E_UNKNOWN_OPTION` or `E_CONFIG` naming the option. */
export function validateCodePriorConfig(config: unknown): CodePriorConfig {
  const valid = assertConfig(codePriorSchema, config, 'CodePriorConfig');
  const { architecture, hiddenChannels, heads } = valid;
  if (architecture === 'transformer' && hiddenChannels % heads !== 0) {
    throw new TintypeError('E_CONFIG', {
      where: 'CodePriorConfig: hiddenChannels',
      what: 'the heads of a transformer share its channels',
      got: hiddenChannels,
      expected: `a multiple of ${heads}`,
    });
  }
  return valid;
}
