import { TintypeError } from '@tintype/backend';
import type { PixelImage } from './pixel-image.ts';
import { readPngChunks } from './png-chunks.ts';
import { type PngHeader, readPngHeader } from './png-header.ts';
import { filteredLength, readSamples } from './png-samples.ts';

/**
 * Reads a PNG of any colour type, depth and interlacing into 8 bits: 16-bit samples are rounded to the nearest of 256
 * levels, fewer bits are spread over the whole range, a palette becomes RGB, and transparency (tRNS) an alpha channel.
 * Of an animation the still image is read. Not more than 16 Mpx, and never more memory than the header announces:
 * decompression stops where a file holds more. (fast-png, which writes our files, has no such limit, and misreads
 * interlaced images of fewer than 8 bits.)
 * @throws TintypeError `E_IMAGE`
 */
export async function decodePng(bytes: Uint8Array, where = 'PNG'): Promise<PixelImage> {
  const header = readPngHeader(bytes, where);
  const { palette, transparency, data } = readPngChunks(bytes, where);
  const filtered = await inflate(data, filteredLength(header), where);
  const samples = readSamples(header, filtered);
  const { width, height } = header;
  return { width, height, ...toPixels(header, samples, { palette, transparency }, where) };
}

/** Decompresses to exactly `length` bytes, or stops. */
async function inflate(data: readonly Uint8Array[], length: number, where: string): Promise<Uint8Array> {
  const compressed = new Blob(data as Uint8Array<ArrayBuffer>[]).stream();
  const reader = compressed.pipeThrough(new DecompressionStream('deflate')).getReader();
  const result = new Uint8Array(length);
  let at = 0;
  for (;;) {
    const { done, value } = await reader.read().catch((cause: unknown) => {
      throw damaged(where, 'the pixels cannot be decompressed', undefined, cause);
    });
    if (done) break;
    if (at + value.length > length) {
      await reader.cancel().catch(() => undefined);
      throw damaged(where, 'there are more pixels than the header says', `more than ${length} bytes`);
    }
    result.set(value, at);
    at += value.length;
  }
  if (at < length)
    throw damaged(where, 'there are fewer pixels than the header says', `${at} of ${length} bytes`);
  return result;
}

interface Colours {
  readonly palette: Uint8Array | undefined;
  readonly transparency: Uint8Array | undefined;
}

type Pixels = Pick<PixelImage, 'channels' | 'values'>;

function toPixels(header: PngHeader, samples: Uint16Array, colours: Colours, where: string): Pixels {
  if (header.colour === 'palette') return fromPalette(samples, colours, where);
  const highest = 2 ** header.depth - 1;
  const { transparency } = colours;
  const values = new Uint8Array(samples.length);
  for (let index = 0; index < samples.length; index += 1) {
    values[index] = Math.round((samples[index]! * 255) / highest);
  }
  if (transparency === undefined || header.channels % 2 === 0) return { channels: header.channels, values };
  return withTransparentColour(header.channels, samples, values, transparency, where);
}

function fromPalette(samples: Uint16Array, { palette, transparency }: Colours, where: string): Pixels {
  if (palette === undefined || palette.length % 3 !== 0 || palette.length === 0) {
    throw damaged(where, 'the palette is missing or cut off', `${palette?.length ?? 0} bytes`);
  }
  const channels = transparency === undefined ? 3 : 4;
  const values = new Uint8Array(samples.length * channels);
  for (let pixel = 0; pixel < samples.length; pixel += 1) {
    const colour = samples[pixel]!;
    if (colour * 3 >= palette.length)
      throw damaged(where, 'a pixel uses a colour that the palette lacks', colour);
    values.set(palette.subarray(colour * 3, colour * 3 + 3), pixel * channels);
    if (channels === 4) values[pixel * 4 + 3] = transparency?.[colour] ?? 255;
  }
  return { channels, values };
}

/** Grey or RGB with one colour, given at the depth of the file, that is transparent. */
function withTransparentColour(
  channels: number,
  samples: Uint16Array,
  values: Uint8Array,
  transparency: Uint8Array,
  where: string,
): Pixels {
  if (transparency.length !== channels * 2) throw damaged(where, 'the transparent colour is cut off');
  const view = new DataView(transparency.buffer, transparency.byteOffset, transparency.byteLength);
  const count = samples.length / channels;
  const result = new Uint8Array(count * (channels + 1));
  for (let pixel = 0; pixel < count; pixel += 1) {
    let isTransparent = true;
    for (let channel = 0; channel < channels; channel += 1) {
      isTransparent &&= samples[pixel * channels + channel] === view.getUint16(channel * 2);
      result[pixel * (channels + 1) + channel] = values[pixel * channels + channel]!;
    }
    result[pixel * (channels + 1) + channels] = isTransparent ? 0 : 255;
  }
  return { channels: channels + 1, values: result };
}

function damaged(where: string, what: string, got?: unknown, cause?: unknown): TintypeError {
  return new TintypeError('E_IMAGE', {
    where,
    what,
    got,
    remedy: 'The file is damaged: export it again',
    cause,
  });
}
