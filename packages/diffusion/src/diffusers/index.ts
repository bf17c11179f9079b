export type { JsonObject } from '@tintype/core-tensor';
export { type ImportedScheduler, readDiffusersScheduler } from './scheduler-config.ts';
export { readDiffusersUNet2d, writeDiffusersUNet2d } from './unet-config.ts';
export { type LoadUNet2dOptions, loadUNet2d, saveUNet2d } from './unet-folder.ts';
