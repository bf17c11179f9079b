import type { RenderedImage } from '@resvg/resvg-js';
import { TintypeError } from '@tintype/core-tensor';
import type { Raster } from '../resize-area.ts';
import { type Box, type CanvasPlan, planCanvas, viewBoxOf, withViewBox } from './svg-canvas.ts';

/** Red, green and blue, each 0 to 255. */
export type RgbColor = readonly [number, number, number];

export interface RasterizeSvgOptions {
  /** Sides of the square in pixels, 1 to 4096. */
  readonly imageSize: number;
  /** Under transparent pixels and beside pictures that are not square. @default white */
  readonly background?: RgbColor;
}

/** Name and version of what draws, and of what is done with it here; kept pictures of another one are drawn anew. */
export const rasterizerVersion = 'resvg-js 2.6.2, composited 1';

const white: RgbColor = [255, 255, 255];
const largestSize = 4096;
/** UTF-16 units of one picture. */
const largestText = 1024 * 1024;

/** Draws the text of one SVG; `where` is the name of the picture, for messages. */
export type RasterizeSvg = (svg: string, where: string) => Raster;

/**
 * Loads resvg and returns what draws an SVG as RGB bytes [imageSize, imageSize, 3]: the whole view box, fitted by its
 * longer side and centred. Fonts are not loaded, so text stays blank.
 * Throws `E_CONFIG` for an impossible size or colour. Drawing throws `E_DATA` with the name of the picture where the
 * text is malformed, longer than 1 MiB, or would reach beyond itself: resvg would read files that a picture names.
 */
export async function createSvgRasterizer(options: RasterizeSvgOptions): Promise<RasterizeSvg> {
  const { imageSize, background = white } = options;
  assertImageSize(imageSize, 'createSvgRasterizer');
  assertColor(background, 'createSvgRasterizer');
  const { Resvg } = await import('@resvg/resvg-js');

  function parse(svg: string, box: Box, canvas: CanvasPlan['canvas']) {
    const mode = canvas.width >= canvas.height ? 'width' : 'height';
    return new Resvg(withViewBox(svg, box), {
      font: { loadSystemFonts: false },
      fitTo: { mode, value: canvas[mode] },
    });
  }

  return (svg, where) => {
    assertSafeText(svg, where);
    const view = viewBoxOf(svg, where);
    const square = { width: imageSize, height: imageSize };
    try {
      const picture = parse(svg, view, square);
      const plan = planCanvas(view, picture.getBBox(), imageSize, where);
      const isSquare = plan.canvas.width === imageSize && plan.canvas.height === imageSize;
      const fitted = isSquare ? picture : parse(svg, plan.box, plan.canvas);
      return composite(fitted.render(), plan, imageSize, background);
    } catch (cause) {
      if (cause instanceof TintypeError) throw cause;
      const reason = cause instanceof Error ? cause.message : String(cause);
      throw new TintypeError('E_DATA', { where, what: `the SVG cannot be drawn: ${reason}`, cause });
    }
  };
}

/** Throws `E_CONFIG` where the side of a square is no whole number from 1 to 4096. */
export function assertImageSize(imageSize: number, where: string): void {
  if (Number.isInteger(imageSize) && imageSize >= 1 && imageSize <= largestSize) return;
  throw new TintypeError('E_CONFIG', {
    where: `${where}.imageSize`,
    what: 'not possible',
    got: imageSize,
    expected: `an integer from 1 to ${largestSize}`,
  });
}

function assertColor(color: RgbColor, where: string): void {
  if (color.length === 3 && color.every((level) => Number.isInteger(level) && level >= 0 && level <= 255))
    return;
  throw new TintypeError('E_CONFIG', {
    where: `${where}.background`,
    what: 'not a colour',
    got: color,
    expected: 'red, green and blue, each an integer from 0 to 255',
  });
}

function assertSafeText(svg: string, where: string): void {
  if (svg.length > largestText) {
    throw new TintypeError('E_DATA', {
      where,
      what: 'the SVG is too long',
      got: `${svg.length} characters`,
      expected: `at most ${largestText}`,
    });
  }
  // A reference may be spelt with entities; those of a document type could spell anything.
  const reach = /<!(?:DOCTYPE|ENTITY)|href\s*=\s*(?:"(?!#)|'(?!#))[^"']{0,40}/i.exec(svg)?.[0];
  if (reach !== undefined) {
    throw new TintypeError('E_DATA', {
      where,
      what: 'the SVG refers to something outside itself',
      got: reach,
      expected: 'references that begin with #',
    });
  }
}

/** Lays premultiplied RGBA, which is what resvg gives, over the background, in the middle of the square. */
function composite(
  rendered: RenderedImage,
  plan: CanvasPlan,
  imageSize: number,
  background: RgbColor,
): Raster {
  const { pixels } = rendered;
  const values = new Uint8Array(imageSize * imageSize * 3);
  for (let i = 0; i < values.length; i++) values[i] = background[i % 3]!;
  const top = Math.floor((imageSize - plan.height) / 2);
  const left = Math.floor((imageSize - plan.width) / 2);
  const [width, height] = [Math.min(plan.width, rendered.width), Math.min(plan.height, rendered.height)];
  for (let y = 0; y < height; y++) {
    for (let x = 0; x < width; x++) {
      const from = 4 * ((y + plan.top) * rendered.width + x + plan.left);
      const to = 3 * ((y + top) * imageSize + x + left);
      const through = 1 - pixels[from + 3]! / 255;
      for (let c = 0; c < 3; c++)
        values[to + c] = Math.min(255, Math.round(pixels[from + c]! + background[c]! * through));
    }
  }
  return { height: imageSize, width: imageSize, channels: 3, values };
}
