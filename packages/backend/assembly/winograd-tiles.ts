// Both Winograd kernels begin with the same arguments: x, then three of their own, then images, height, width,
// channels, outHeight, outWidth, outChannels, padTop, padLeft, blockTiles. A tile is 4×4 outputs, seen through a window
// of 6×6 inputs. Tiles are counted along rows, then down the image, then over images; those at the right and the bottom
// reach beyond the image.

/** Bytes between the 36 points of a block: not a power of two, or they would share a few sets of the cache. */
// @ts-ignore: decorator
@inline
export function pointBytes(tiles: i32, channels: i32): usize {
  return <usize>(tiles * channels * 4 + 64);
}

// @ts-ignore: decorator
@inline
export function tileRows(args: usize): i32 {
  return (load<i32>(args, 32) + 3) >> 2;
}

// @ts-ignore: decorator
@inline
export function tileColumns(args: usize): i32 {
  return (load<i32>(args, 36) + 3) >> 2;
}

// @ts-ignore: decorator
@inline
export function tileCount(args: usize): i32 {
  return load<i32>(args, 16) * tileRows(args) * tileColumns(args);
}

/** Between two points of a transformed filter. */
// @ts-ignore: decorator
@inline
export function filterPointBytes(inputs: i32, outputs: i32): i32 {
  return ((inputs + 3) & ~3) * ((outputs + 7) & ~7) * 4 + 64;
}
