export {
  type BackendInfo,
  type BackendName,
  type ErrorCode,
  type ErrorParts,
  type SelectBackendOptions,
  TintypeError,
  tf,
} from '@tintype/backend';
export type { Storage } from './checkpoint/storage.ts';
export { assertConfig } from './config/assert-config.ts';
export { assertLabels } from './config/assert-labels.ts';
export { assertShape } from './config/assert-shape.ts';
export { parseJsonConfig } from './config/parse-json-config.ts';
export { v } from './config/schema.ts';
export type { Ema } from './optimizers/ema.ts';
export type { LearningRateSchedule, Optimizer } from './optimizers/optimizer.ts';
export type { Model } from './parameters/model.ts';
export type { ParameterEntry, ParameterLayout, ParameterTree } from './parameters/parameter-tree.ts';
export type { RandomStream } from './random/random-stream.ts';
export { createTrainState, type TrainStateParts } from './training/create-train-state.ts';
export type { Monitor, MonitorContext, Verdict } from './training/monitor.ts';
export type {
  CheckpointEvent,
  MetricsEvent,
  PreviewEvent,
  TrainEvent,
  VerdictEvent,
} from './training/train-event.ts';
export { trainLoop } from './training/train-loop.ts';
export type { CheckpointSink, PreviewContext, TrainLoopOptions } from './training/train-loop-options.ts';
export type { JsonValue, StatePart, StateTensor, TrainState } from './training/train-state.ts';
export type {
  Batch,
  BatchRequest,
  BatchSource,
  Phase,
  PhaseContext,
  TrainStep,
} from './training/train-step.ts';
