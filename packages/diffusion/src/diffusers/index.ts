export type { JsonObject } from '@tintype/core-tensor';
export { type ImportedScheduler, readDiffusersScheduler } from './scheduler-config.ts';
export { readDiffusersUNet2d } from './unet-config.ts';
