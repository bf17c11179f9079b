export type { JsonObject } from '@tintype/core-tensor';
export type { DiffusersDenoiser } from './load-denoiser.ts';
export { loadDiffusersPipeline } from './load-pipeline.ts';
export type {
  DiffusersPipeline,
  FlowPipeline,
  LoadCodec,
  LoadDiffusersPipelineOptions,
  LoadedCodec,
  NoiseSchedulePipeline,
  PipelineSampleOptions,
} from './pipeline.ts';
export { type SaveDiffusersPipelineOptions, saveDiffusersPipeline } from './save-pipeline.ts';
export type { ImportedSampler } from './scheduler-classes.ts';
export {
  type ImportedFlowScheduler,
  type ImportedScheduler,
  readDiffusersFlowScheduler,
  readDiffusersScheduler,
} from './scheduler-config.ts';
export { readDiffusersUNet2dCondition, writeDiffusersUNet2dCondition } from './unet-condition-config.ts';
export { loadUNet2dCondition, saveUNet2dCondition } from './unet-condition-folder.ts';
export { readDiffusersUNet2d, writeDiffusersUNet2d } from './unet-config.ts';
export { type LoadUNet2dOptions, loadUNet2d, saveUNet2d } from './unet-folder.ts';
export {
  type DiffusersFlowOptions,
  type DiffusersScheduleOptions,
  type DiffusersSchedulerOptions,
  writeDiffusersScheduler,
} from './write-scheduler.ts';
