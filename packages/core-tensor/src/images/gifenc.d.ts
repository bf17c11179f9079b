declare module 'gifenc' {
  export type Palette = readonly (readonly [red: number, green: number, blue: number])[];

  export interface FrameOptions {
    readonly palette: Palette;
    /** Milliseconds. */
    readonly delay: number;
    /** 0 is for ever, −1 once. */
    readonly repeat: number;
  }

  export interface GifStream {
    writeFrame(indices: Uint8Array, width: number, height: number, options: FrameOptions): void;
    finish(): void;
    bytes(): Uint8Array;
  }

  export function GIFEncoder(): GifStream;
  export function quantize(rgba: Uint8Array, maxColors: number): Palette;
  export function applyPalette(rgba: Uint8Array, palette: Palette): Uint8Array;
}
