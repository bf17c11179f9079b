import { encodePng, makeGrid, readImages, type tf } from '@tintype/core-tensor';
import type { SampleGrid } from '@tintype/recipes';

/** How many images are shown where a recipe does not say: at the end, and on the way. */
export const defaultGrid = { count: 64, previewCount: 16 };

/** Images [n, h, w, c] in [-1, 1] as one PNG, in the recipe's columns if it has its own. Borrows the tensor. */
export async function encodeGrid(images: tf.Tensor4D, grid?: SampleGrid): Promise<Uint8Array> {
  return encodePng(makeGrid(await readImages(images), gridOptions(grid)));
}

function gridOptions(grid: SampleGrid | undefined): { columns?: number } {
  return grid ? { columns: grid.columns } : {};
}
