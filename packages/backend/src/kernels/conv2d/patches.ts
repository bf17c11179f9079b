import type { ConvGeometry } from './geometry.ts';

// A patch is the window of the input that one output position sees; positions outside the image are zero.
// Row (image, outY, outX) of the patch matrix [rows, kernelHeight·kernelWidth·channels] is one patch, so that
// conv(x, w) = patches(x) · w. `addPatches` is the adjoint of `copyPatches`. Both walk over runs: the part of
// one kernel row that lies inside the image is contiguous in the image and in the patch.

/** Adds each value of the patches to the pixel that it stands for. The images must start as zeros. */
export function addPatches(
  heap: Float32Array,
  patchesStart: number,
  imagesStart: number,
  imageCount: number,
  geometry: ConvGeometry,
): void {
  forEachRun(imageCount, geometry, (inImage, inPatch, length) => {
    const to = imagesStart + inImage;
    const from = patchesStart + inPatch;
    for (let i = 0; i < length; i++) heap[to + i] = heap[to + i]! + heap[from + i]!;
  });
}

function forEachRun(
  imageCount: number,
  geometry: ConvGeometry,
  visit: (inImage: number, inPatch: number, length: number) => void,
): void {
  const { height, width, channels, outHeight, outWidth, kernelHeight, kernelWidth } = geometry;
  const { strideHeight, strideWidth, padTop, padLeft } = geometry;
  const rowLength = kernelWidth * channels;
  let patch = 0;
  for (let image = 0; image < imageCount; image++) {
    for (let outY = 0; outY < outHeight; outY++) {
      for (let outX = 0; outX < outWidth; outX++) {
        const top = outY * strideHeight - padTop;
        const left = outX * strideWidth - padLeft;
        const first = Math.max(0, -left);
        const length = (Math.min(kernelWidth, width - left) - first) * channels;
        for (let row = 0; row < kernelHeight; row++) {
          const y = top + row;
          if (y >= 0 && y < height && length > 0) {
            const pixel = (image * height + y) * width + left + first;
            visit(pixel * channels, patch + row * rowLength + first * channels, length);
          }
        }
        patch += kernelHeight * rowLength;
      }
    }
  }
}
