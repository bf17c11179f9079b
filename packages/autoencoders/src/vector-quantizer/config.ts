import { v } from '@tintype/core-tensor';

export interface VectorQuantizerConfig {
  /** K, the number of codes, at least 2. @default 128 */
  readonly codebookSize: number;
  /** D, the numbers in a code, at least 1. @default 64 */
  readonly embeddingDim: number;
  /** β, the weight of the commitment term; at least 0. @default 0.25 */
  readonly commitmentCost: number;
  /** How codes follow their latents: by the gradient of a `loss`, or by averages (`ema`). @default 'ema' */
  readonly codebookUpdate: 'loss' | 'ema';
  /** γ of the averages, of the counts of `loss` as well; in [0, 1). @default 0.99 */
  readonly codebookDecay: number;
  /**
   * Averaged uses a batch below which a code is drawn anew from the latents; 0 keeps all. Well below the latents of a batch
   * divided by codebookSize, or codes in use would be drawn anew too. @default 1
   */
  readonly reviveBelow: number;
  /**
   * The term that β weighs. `codebook` is the default of diffusers (`legacy`), where the encoder's pull has weight 1; it
   * needs the update `loss`. @default 'commitment'
   */
  readonly betaOn: 'commitment' | 'codebook';
}

export const defaultVectorQuantizerConfig: VectorQuantizerConfig = {
  codebookSize: 128,
  embeddingDim: 64,
  commitmentCost: 0.25,
  codebookUpdate: 'ema',
  codebookDecay: 0.99,
  reviveBelow: 1,
  betaOn: 'commitment',
};

const wholeFrom = (minimum: number) => v.pipe(v.number(), v.integer(), v.minValue(minimum));
const notNegative = v.pipe(v.number(), v.finite(), v.minValue(0));

/** Entries for the strict schema of a model's own configuration. */
export const vectorQuantizerEntries = {
  codebookSize: wholeFrom(2),
  embeddingDim: wholeFrom(1),
  commitmentCost: notNegative,
  codebookUpdate: v.picklist(['loss', 'ema']),
  codebookDecay: v.pipe(notNegative, v.ltValue(1)),
  reviveBelow: notNegative,
};

export const vectorQuantizerSchema = v.pipe(
  v.strictObject({ ...vectorQuantizerEntries, betaOn: v.picklist(['commitment', 'codebook']) }),
  v.check(
    ({ betaOn, codebookUpdate }) => betaOn === 'commitment' || codebookUpdate === 'loss',
    "betaOn 'codebook' needs codebookUpdate 'loss': averages have no loss to weigh",
  ),
);
