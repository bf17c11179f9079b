import { TintypeError } from '@tintype/core-tensor';

/** A rectangle in the units of the picture. */
export interface Box {
  readonly x: number;
  readonly y: number;
  readonly width: number;
  readonly height: number;
}

/** What to draw so that the view box can be cut out of it. */
export interface CanvasPlan {
  /** What the canvas shows. */
  readonly box: Box;
  /** Pixels of the whole canvas. */
  readonly canvas: { readonly width: number; readonly height: number };
  /** Where the view box begins on it. */
  readonly left: number;
  readonly top: number;
  /** Pixels of the view box; its longer side fills the image. */
  readonly width: number;
  readonly height: number;
}

/** As with pictures in files. */
const largestCanvas = 16 * 1024 * 1024;

/**
 * A canvas that holds the view box with its longer side at `imageSize` pixels, and all that lies beyond it: what is
 * wholly outside of the canvas and half transparent ends the process in resvg 0.34, which resvg-js 2.6.2 holds
 * (https://github.com/thx/resvg-js/issues/287). A version with resvg 0.35 needs the view box only. Two pictures of
 * Noto are such. What a mask or a pattern holds is not looked at.
 * Throws `E_DATA` for a picture without a size, and for one that would need a canvas above 16 Mpx.
 */
export function planCanvas(
  view: Box,
  content: Box | undefined,
  imageSize: number,
  where: string,
): CanvasPlan {
  const scale = imageSize / Math.max(view.width, view.height);
  const [width, height] = [Math.round(view.width * scale), Math.round(view.height * scale)];
  if (!(view.width > 0 && view.height > 0 && width > 0 && height > 0)) {
    throw new TintypeError('E_DATA', {
      where,
      what: 'the SVG has no area',
      got: `a view box of ${view.width} x ${view.height}`,
      expected: `sides that are a pixel at least where the longer one is ${imageSize}`,
    });
  }
  const inside = content ?? view;
  const beyond = (units: number) => Math.max(0, Math.ceil(units * scale));
  const left = beyond(view.x - inside.x);
  const top = beyond(view.y - inside.y);
  const right = beyond(inside.x + inside.width - view.x - view.width);
  const bottom = beyond(inside.y + inside.height - view.y - view.height);
  const canvas = { width: left + width + right, height: top + height + bottom };
  if (!(canvas.width * canvas.height <= largestCanvas)) {
    throw new TintypeError('E_DATA', {
      where,
      what: 'the SVG reaches too far beyond its view box',
      got: `${canvas.width} x ${canvas.height} pixels`,
      expected: `at most ${largestCanvas}`,
    });
  }
  const box = {
    x: view.x - left / scale,
    y: view.y - top / scale,
    width: canvas.width / scale,
    height: canvas.height / scale,
  };
  return { box, canvas, left, top, width, height };
}

const rootPattern = /<svg\b[^>]*>/;

/** What the root shows: its view box, or else its size. Throws `E_DATA` where it states neither. */
export function viewBoxOf(svg: string, where: string): Box {
  const root = rootPattern.exec(svg)?.[0] ?? '';
  const numbers = attribute(root, 'viewBox')
    ?.trim()
    .split(/[\s,]+/) ?? [
    '0',
    '0',
    attribute(root, 'width')?.replace(/px$/, ''),
    attribute(root, 'height')?.replace(/px$/, ''),
  ];
  const [x, y, width, height] = numbers.map(Number) as [number, number, number, number];
  if (numbers.length === 4 && [x, y, width, height].every(Number.isFinite)) return { x, y, width, height };
  throw new TintypeError('E_DATA', {
    where,
    what: 'the SVG states no size',
    got: root.slice(0, 100) || svg.slice(0, 100),
    expected: 'a root with a view box, or with width and height in pixels',
  });
}

/** The same picture showing another box, as large as the box. */
export function withViewBox(svg: string, { x, y, width, height }: Box): string {
  return svg.replace(rootPattern, (root) =>
    root
      .replace(/\s(?:viewBox|width|height|preserveAspectRatio)\s*=\s*(?:"[^"]*"|'[^']*')/g, '')
      .replace(/^<svg/, `<svg viewBox="${x} ${y} ${width} ${height}"`),
  );
}

function attribute(root: string, name: string): string | undefined {
  const [, double, single] = new RegExp(`\\s${name}\\s*=\\s*(?:"([^"]*)"|'([^']*)')`).exec(root) ?? [];
  return double ?? single;
}
