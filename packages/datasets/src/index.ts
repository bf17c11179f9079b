export type { DataFiles } from './data-files.ts';
export type { ImageDataset, PointDataset } from './dataset.ts';
