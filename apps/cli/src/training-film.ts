import {
  decodePng,
  encodeGif,
  makeGrid,
  type PixelImage,
  readImages,
  type Storage,
  type tf,
} from '@tintype/core-tensor';
import type { SampleGrid } from '@tintype/recipes';
import { defaultGrid } from './grid.ts';

/** The grids of a training as a film; those of the training before an interruption are in it. */
export interface TrainingFilm {
  /** Takes the last images, [n, h, w, c]: of them as many as the grids on the way show. Borrows the tensor. */
  end(images: tf.Tensor4D): Promise<void>;
  /**
   * Writes samples/training.gif and gives its path in the run; undefined where the training has not ended or there is
   * one frame only. Throws `E_IMAGE` for a grid that is no picture any more, `E_DISK_FULL`.
   */
  write(steps: number): Promise<string | undefined>;
}

const folder = 'samples';
const path = `${folder}/training.gif`;
const gridName = /^step-(\d{7,})\.png$/;

export function createTrainingFilm(storage: Storage, grid?: SampleGrid): TrainingFilm {
  const { previewCount, columns }: Partial<SampleGrid> & { previewCount: number } = grid ?? defaultGrid;
  let last: PixelImage | undefined;

  /** The grids on the way, as they lie in the run, of the size of the last. */
  async function framesBefore(steps: number, { width, height, channels }: PixelImage): Promise<PixelImage[]> {
    const frames: PixelImage[] = [];
    for (const name of await storage.list(folder)) {
      const step = gridName.exec(name)?.[1];
      if (step === undefined || Number(step) >= steps) continue;
      const frame = await decodePng(await storage.read(`${folder}/${name}`), name);
      if (frame.width === width && frame.height === height && frame.channels === channels) frames.push(frame);
    }
    return frames;
  }

  return {
    async end(images) {
      const { shape, values } = await readImages(images);
      const [count, ...rest] = shape;
      const shown = Math.min(count, previewCount);
      const first = {
        shape: [shown, ...rest] as const,
        values: values.subarray(0, (values.length / count) * shown),
      };
      last = makeGrid(first, columns === undefined ? {} : { columns });
    },
    async write(steps) {
      if (!last) return undefined;
      const frames = await framesBefore(steps, last);
      if (frames.length === 0) return undefined;
      await storage.write(path, encodeGif([...frames, last], { frameMs: 400, lastFrameMs: 1500 }));
      return path;
    },
  };
}
