/** Feature vectors of a set of images, row-major [count, dimension]. */
export interface Features {
  readonly count: number;
  readonly dimension: number;
  readonly values: Float32Array | Float64Array;
}
