import type { ConvGeometry } from './geometry.ts';
import { roundUp } from './winograd-plan.ts';

const tileSize = 4;

/** Tiles of 4×4 outputs, over all images. */
export function stridedTiles({ batch, outHeight, outWidth }: ConvGeometry): number {
  return batch * Math.ceil(outHeight / tileSize) * Math.ceil(outWidth / tileSize);
}

/** Whether most of the tiles lies inside the image. Must not depend on the batch: a sample's bits are the same in every one. */
export function fillsItsTiles(geometry: ConvGeometry): boolean {
  return (
    geometry.outHeight * geometry.outWidth >= fewestOutputsPerTile * stridedTiles({ ...geometry, batch: 1 })
  );
}

/** Of 16. */
const fewestOutputsPerTile = 9;

/** How y or dx is divided into items. */
export interface StridedPlan {
  readonly blockTiles: number;
  readonly channelBlock: number;
  readonly outGroup: number;
  readonly items: number;
}

/** Blocks of 24 tiles stay in the second-level cache; smaller ones where there would be few to share. */
export function planPass(tiles: number, inputs: number, outputs: number): StridedPlan {
  const blockTiles = tiles >= 24 * 8 ? 24 : tiles >= 12 * 4 ? 12 : 6;
  const outGroup = groupOf(outputs);
  const items = Math.ceil(tiles / blockTiles) * Math.ceil(outputs / outGroup);
  return { blockTiles, channelBlock: Math.min(inputs, 128), outGroup, items };
}

/** At most 128 outputs; where there are more, a divisor of them. */
function groupOf(outputs: number): number {
  const whole = roundUp(outputs, 8);
  for (let group = Math.min(whole, 128); group > 8; group -= 8) if (whole % group === 0) return group;
  return 8;
}

/** How the filter's gradient is divided into items. */
export interface StridedGradientPlan {
  readonly blockTiles: number;
  readonly parts: number;
  readonly channelGroup: number;
  readonly outGroup: number;
  readonly items: number;
}

const phases = 4;

export function planGradient(geometry: ConvGeometry): StridedGradientPlan {
  const tiles = stridedTiles(geometry);
  const blockTiles = 48;
  const channelGroup = Math.min(geometry.channels, 32);
  const outGroup = Math.min(roundUp(geometry.outChannels, 8), 64);
  const groups =
    phases * Math.ceil(geometry.channels / channelGroup) * Math.ceil(geometry.outChannels / outGroup);
  const parts = Math.max(1, Math.min(Math.ceil(12 / groups), Math.floor(tiles / blockTiles)));
  return { blockTiles, parts, channelGroup, outGroup, items: parts * groups };
}
