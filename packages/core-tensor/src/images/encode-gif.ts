import { TintypeError } from '@tintype/backend';
import { applyPalette, GIFEncoder, type Palette, quantize } from 'gifenc';
import type { PixelImage } from './pixel-image.ts';

export interface GifOptions {
  /** How long a frame is shown, in milliseconds, a multiple of 10 of at least 20. @default 100 */
  readonly frameMs?: number;
  /** How long the last frame is shown before the film begins again, likewise. @default 1000 */
  readonly lastFrameMs?: number;
}

/**
 * Writes an animated GIF that plays for ever; all frames have the size of the first. Grey frames come out exactly, colours
 * as the nearest of 256 of their frame. Equal frames give equal bytes.
 * @throws TintypeError `E_IMAGE` for no frames, frames of different sizes and for 2 or 4 channels; `E_CONFIG` for times
 */
export function encodeGif(frames: readonly PixelImage[], options: GifOptions = {}): Uint8Array {
  const { frameMs = 100, lastFrameMs = 1000 } = options;
  assertTime('frameMs', frameMs);
  assertTime('lastFrameMs', lastFrameMs);
  assertFrames(frames);
  const gif = GIFEncoder();
  for (const [index, frame] of frames.entries()) {
    const { indices, palette } = frame.channels === 1 ? greyLevels(frame) : nearestColours(frame);
    const delay = index === frames.length - 1 ? lastFrameMs : frameMs;
    gif.writeFrame(indices, frame.width, frame.height, { palette, delay, repeat: 0 });
  }
  gif.finish();
  return gif.bytes();
}

interface IndexedFrame {
  readonly indices: Uint8Array;
  readonly palette: Palette;
}

const greys: Palette = Array.from({ length: 256 }, (_, level) => [level, level, level] as const);

function greyLevels({ values }: PixelImage): IndexedFrame {
  return { indices: values, palette: greys };
}

function nearestColours({ values }: PixelImage): IndexedFrame {
  const pixels = values.length / 3;
  const rgba = new Uint8Array(4 * pixels).fill(255);
  for (let i = 0; i < pixels; i += 1) rgba.set(values.subarray(3 * i, 3 * i + 3), 4 * i);
  const palette = quantize(rgba, 256);
  return { indices: applyPalette(rgba, palette), palette };
}

function assertTime(name: string, milliseconds: number): void {
  if (milliseconds >= 20 && milliseconds % 10 === 0 && milliseconds <= 655_350) return;
  throw new TintypeError('E_CONFIG', {
    where: `encodeGif: ${name}`,
    what: 'a GIF counts time in hundredths of a second, and browsers slow down what is under two',
    got: milliseconds,
    expected: 'a multiple of 10 from 20 to 655 350',
  });
}

function assertFrames(frames: readonly PixelImage[]): void {
  const first = frames[0];
  if (!first) {
    throw new TintypeError('E_IMAGE', { where: 'encodeGif', what: 'a film needs at least one frame' });
  }
  for (const [index, { width, height, channels, values }] of frames.entries()) {
    const isAlike = width === first.width && height === first.height && channels === first.channels;
    const isImage = (channels === 1 || channels === 3) && values.length === width * height * channels;
    if (isAlike && isImage && width > 0 && height > 0) continue;
    throw new TintypeError('E_IMAGE', {
      where: `encodeGif: frame ${index}`,
      what: 'every frame must be grey or RGB, and as large as the first',
      got: `${width} x ${height} x ${channels}, ${values.length} values`,
      expected: `${first.width} x ${first.height} x ${channels === 1 || channels === 3 ? first.channels : '1 or 3'}`,
    });
  }
}
