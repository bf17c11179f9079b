export type { JsonObject } from './json-values.ts';
export { type ImportedScheduler, readDiffusersScheduler } from './scheduler-config.ts';
export { readDiffusersUNet2d } from './unet-config.ts';
