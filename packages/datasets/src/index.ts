export type { ImagePairs } from './assert-pairs.ts';
export { type AttributeBatchOptions, createAttributeBatches } from './attribute-batches.ts';
export { type BatchOrder, createBatchOrder } from './batch-order.ts';
export type { DataFiles, EmojiImagesRequest } from './data-files.ts';
export type { ClassLabels, ImageDataset, PairedImageDataset, PointDataset } from './dataset.ts';
export type { DatasetSplit } from './dataset-split.ts';
export { createDomainBatches } from './domain-batches.ts';
export { type LoadEmojiImagesOptions, loadEmojiImages } from './emoji/emoji-images.ts';
export { fashionMnistClassNames, type LoadFashionMnistOptions, loadFashionMnist } from './fashion-mnist.ts';
export { createHttpDataFiles } from './http-data-files.ts';
export { type IdxArray, parseIdx } from './idx.ts';
export { type IdxDatasetOptions, parseIdxDataset } from './idx-dataset.ts';
export { createImageBatches, gatherImages, type ImageBatchOptions } from './image-batches.ts';
export { createImageDataset, type ImageDatasetOptions, takeImages } from './image-dataset.ts';
export { type LoadMnistOptions, loadMnist, mnistClassNames } from './mnist.ts';
export {
  encodeImagePack,
  type ImagePack,
  type ImageProvenance,
  parseImagePack,
} from './packs/image-pack.ts';
export { createPairedBatches } from './paired-batches.ts';
export { createPointBatches, type PointBatchOptions } from './point-batches.ts';
export { createEightGaussians, eightGaussiansShape } from './points/eight-gaussians.ts';
export { createGrid25, grid25Shape } from './points/grid-25.ts';
export type { PointSetOptions } from './points/point-mixture.ts';
export { createTwoMoons, twoMoonsShape } from './points/two-moons.ts';
export { type Raster, resizeArea } from './resize-area.ts';
export { createStackedMnist, type StackedMnistOptions } from './stacked-mnist.ts';
export { createUnpairedBatches, type UnpairedImages } from './unpaired-batches.ts';
