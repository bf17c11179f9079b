/** Mean and covariance of a set of features, in float64. */
export interface FeatureStatistics {
  /** Rows behind the numbers; undefined where a file from elsewhere does not say. */
  readonly count: number | undefined;
  /** [dimension]. */
  readonly mean: Float64Array;
  /** [dimension · dimension], row-major, divisor count − 1; all 0 for a single row, which is good for merging only. */
  readonly covariance: Float64Array;
}
