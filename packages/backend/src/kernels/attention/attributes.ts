export interface AttentionAttributes {
  /** Divides the channels. */
  readonly heads: number;
  /** What products of queries and keys are multiplied with: 1/√(channels / heads) as a rule. */
  readonly scale: number;
}
