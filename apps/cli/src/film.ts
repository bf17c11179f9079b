import { encodeGif, type ImageBatch, makeGrid, readImages } from '@tintype/core-tensor';
import type { SampleFrame } from '@tintype/recipes';

export interface FilmOptions {
  /** Images that a frame shows, those of the lowest indices. */
  readonly count: number;
  /** Index of the first image. */
  readonly firstIndex: number;
  /** @default as near to a square as it gets */
  readonly columns?: number;
}

/** The making of some samples, as films of grids. */
export interface Film {
  /** Takes a step in; to be given as the `onStep` of a recipe's `sample`. */
  readonly onStep: (frame: SampleFrame) => Promise<void>;
  /** Two GIFs: the images as they come out of the noise, and what the network took them to become. */
  encode(): { readonly images: Uint8Array; readonly previews: Uint8Array };
}

/** Longer samplings show every n-th step. */
const mostFrames = 40;

type View = 'images' | 'xStart';

/** Collects the frames of batches that follow one another, however the samples are batched. */
export function createFilm({ count, firstIndex, columns }: FilmOptions): Film {
  const frames = new Map<number, Record<View, ImageBatch>>();

  function frameAt(step: number, [, ...shape]: readonly number[]): Record<View, ImageBatch> {
    const known = frames.get(step);
    if (known) return known;
    const empty = () => blank([count, ...shape] as [number, number, number, number]);
    const frame = { images: empty(), xStart: empty() };
    frames.set(step, frame);
    return frame;
  }

  const gifOf = (view: View) =>
    encodeGif(
      [...frames.keys()]
        .sort((a, b) => a - b)
        .map((step) => makeGrid(frames.get(step)![view], columns === undefined ? {} : { columns })),
    );

  return {
    async onStep({ stepsDone, stepCount, firstIndex: first, images, xStart }) {
      if (!isShown(stepsDone, stepCount) || first - firstIndex >= count) return;
      const frame = frameAt(stepsDone, images.shape);
      for (const [view, tensor] of [
        ['images', images],
        ['xStart', xStart],
      ] as const) {
        const { shape, values } = await readImages(tensor);
        const size = values.length / shape[0];
        const rows = Math.min(shape[0], count - (first - firstIndex));
        frame[view].values.set(values.subarray(0, rows * size), (first - firstIndex) * size);
      }
    },
    encode: () => ({ images: gifOf('images'), previews: gifOf('xStart') }),
  };
}

/** Of evenly many steps, the last among them. */
function isShown(stepsDone: number, stepCount: number): boolean {
  const shown = Math.min(stepCount, mostFrames);
  const frameOf = (step: number) => Math.floor((step * shown) / stepCount);
  return frameOf(stepsDone) > frameOf(stepsDone - 1);
}

function blank(shape: readonly [number, number, number, number]): ImageBatch {
  return { shape, values: new Float32Array(shape.reduce((a, b) => a * b, 1)) };
}
