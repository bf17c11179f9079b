/** A picture of 8-bit values, rows from the top, channels interleaved: grey, grey and alpha, RGB or RGBA. */
export interface PixelImage {
  readonly width: number;
  readonly height: number;
  /** 1, 2, 3 or 4. */
  readonly channels: number;
  /** height × width × channels. */
  readonly values: Uint8Array;
}

/** Images on the host, [n, h, w, c] in [-1, 1]. */
export interface ImageBatch {
  readonly shape: readonly [number, number, number, number];
  readonly values: Float32Array;
}
