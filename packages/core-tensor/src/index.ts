export {
  asOutOfMemory,
  assertDeviceHealthy,
  type BackendInfo,
  type BackendName,
  closeBackend,
  currentBackend,
  type DeviceHealth,
  deviceHealth,
  type ErrorCode,
  type ErrorParts,
  type KeptTape,
  keepTape,
  logSoftmax,
  measurePeak,
  type PeakMemory,
  reopenBackend,
  type SelectBackendOptions,
  selectBackend,
  TintypeError,
  tf,
} from '@tintype/backend';
export {
  type AttentionBlock,
  type AttentionBlockOptions,
  createAttentionBlock,
} from './blocks/attention-block.ts';
export {
  createResnetBlock,
  type ResnetBlock,
  type ResnetBlockOptions,
  type TimeConditioning,
} from './blocks/resnet-block.ts';
export type { LibraryInfo } from './checkpoint/checkpoint-folder.ts';
export type { CheckpointOptions } from './checkpoint/checkpoint-store.ts';
export {
  type Checkpoints,
  createCheckpoints,
  type ReadCheckpoint,
  readCheckpoint,
} from './checkpoint/checkpoints.ts';
export { libraryVersion } from './checkpoint/library-version.ts';
export {
  type LoadedWeights,
  type LoadWeightsOptions,
  loadWeights,
  readWeights,
} from './checkpoint/load-weights.ts';
export { createMemoryStorage } from './checkpoint/memory-storage.ts';
export type { Mismatch } from './checkpoint/mismatch.ts';
export { assertSafePath } from './checkpoint/path.ts';
export {
  createRunFolder,
  type MetricsRecord,
  type RunFolder,
  type RunFolderOptions,
} from './checkpoint/run-folder.ts';
export { decodeSafetensors } from './checkpoint/safetensors-decode.ts';
export {
  type SafetensorsDtype,
  type SafetensorsEntry,
  safetensorsLimits,
} from './checkpoint/safetensors-dtype.ts';
export { encodeSafetensors } from './checkpoint/safetensors-encode.ts';
export {
  parseSafetensorsHeader,
  type SafetensorsHeader,
  type SafetensorsSpan,
} from './checkpoint/safetensors-header.ts';
export { safetensorsEntry, toFloat32, toInt32 } from './checkpoint/safetensors-values.ts';
export { sha256 } from './checkpoint/sha256.ts';
export type { Storage } from './checkpoint/storage.ts';
export { assertConfig } from './config/assert-config.ts';
export { assertLabels } from './config/assert-labels.ts';
export { assertShape } from './config/assert-shape.ts';
export { nearestName } from './config/nearest-name.ts';
export { parseJsonConfig } from './config/parse-json-config.ts';
export { v } from './config/schema.ts';
export {
  booleanAt,
  choiceAt,
  type JsonObject,
  listAt,
  numberAt,
  numberOrNullAt,
  numbersAt,
  refuseUnknownKeys,
  refuseUnsupported,
} from './diffusers/json-values.ts';
export {
  type LoadDiffusersModelOptions,
  type LoadedModel,
  loadDiffusersModel,
} from './diffusers/load-model.ts';
export {
  type DiffusersFolder,
  type DiffusersFolderOptions,
  readDiffusersFolder,
} from './diffusers/read-folder.ts';
export { readJsonObject } from './diffusers/read-json-object.ts';
export { type DiffusersModel, writeDiffusersFolder } from './diffusers/write-folder.ts';
export { writeJsonObject } from './diffusers/write-json-object.ts';
export { decodePng } from './images/decode-png.ts';
export { encodeGif, type GifOptions } from './images/encode-gif.ts';
export { encodePng } from './images/encode-png.ts';
export { type GridOptions, makeGrid, readImages } from './images/make-grid.ts';
export type { ImageBatch, PixelImage } from './images/pixel-image.ts';
export { fromUint8, toUint8 } from './images/pixel-range.ts';
export { type PngHeader, readPngHeader } from './images/png-header.ts';
export { gelu, leakyRelu, silu } from './layers/activations.ts';
export { type Attention, type AttentionOptions, createAttention } from './layers/attention.ts';
export { type BatchNorm, type BatchNormOptions, createBatchNorm } from './layers/batch-norm.ts';
export { type ConvTranspose2dOptions, createConvTranspose2d } from './layers/conv-transpose2d.ts';
export { type Conv2d, type Conv2dOptions, type ConvPadding, createConv2d } from './layers/conv2d.ts';
export { dropout } from './layers/dropout.ts';
export { createEmbedding, type Embedding, type EmbeddingOptions } from './layers/embedding.ts';
export { createGroupNorm, type GroupNormOptions, type Normalization } from './layers/group-norm.ts';
export { createInstanceNorm, type InstanceNormOptions } from './layers/instance-norm.ts';
export { createLayerNorm, type LayerNormOptions } from './layers/layer-norm.ts';
export { createLinear, type Linear, type LinearOptions } from './layers/linear.ts';
export { pixelNorm } from './layers/pixel-norm.ts';
export { averagePool, spaceToDepth, upsampleNearest } from './layers/resample.ts';
export {
  createSinusoidalTimeEmbedding,
  type SinusoidalTimeEmbedding,
  type SinusoidalTimeEmbeddingOptions,
} from './layers/sinusoidal-time-embedding.ts';
export { stopGradient } from './layers/stop-gradient.ts';
export { createTimeEmbedding, type TimeEmbeddingOptions } from './layers/time-embedding.ts';
export {
  createDownsample,
  createUpsample,
  type DownsampleOptions,
  type UpsampleOptions,
} from './layers/up-down-sampling.ts';
export type { WeightAndBiasOptions } from './layers/weight-and-bias.ts';
export { checkpointActivations, isRecomputing } from './memory/checkpoint-activations.ts';
export { type CollectedVariables, collectVariables } from './memory/collect-variables.ts';
export { type Block, createCheckpointed } from './memory/create-checkpointed.ts';
export {
  assertFitsMemory,
  type EstimateMemoryOptions,
  estimateMemory,
  largestBatchSize,
  type MemoryEstimate,
} from './memory/estimate-memory.ts';
export { type CodebookCollapseOptions, createCodebookCollapseMonitor } from './monitors/codebook-collapse.ts';
export { type ConstantOutputOptions, createConstantOutputMonitor } from './monitors/constant-output.ts';
export {
  type CycleSteganographyOptions,
  createCycleSteganographyMonitor,
} from './monitors/cycle-steganography.ts';
export {
  createDiscriminatorGeneratorImbalanceMonitor,
  type DiscriminatorGeneratorImbalanceOptions,
} from './monitors/discriminator-generator-imbalance.ts';
export { createDivergenceMonitor, type DivergenceOptions } from './monitors/divergence.ts';
export type { Draw, DrawContext } from './monitors/draw.ts';
export { createDuplicateLatentsMonitor, type DuplicateLatentsOptions } from './monitors/duplicate-latents.ts';
export { createEmaGapMonitor, type EmaGapOptions } from './monitors/ema-gap.ts';
export { createIgnoredConditionMonitor, type IgnoredConditionOptions } from './monitors/ignored-condition.ts';
export { createMemorizationMonitor, type MemorizationOptions } from './monitors/memorization.ts';
export { createModeCollapseMonitor, type ModeCollapseOptions } from './monitors/mode-collapse.ts';
export type { WatchOptions } from './monitors/monitor-options.ts';
export {
  createOverfittingDiscriminatorMonitor,
  type OverfittingDiscriminatorOptions,
} from './monitors/overfitting-discriminator.ts';
export {
  createPosteriorCollapseMonitor,
  type Posterior,
  type PosteriorCollapseOptions,
} from './monitors/posterior-collapse.ts';
export { type SharedTap, tapShared } from './monitors/tap-shared.ts';
export {
  accumulateGradients,
  assertAccumulate,
  type BatchTensors,
} from './optimizers/accumulate-gradients.ts';
export { type AdamOptions, type AdamWOptions, createAdam, createAdamW } from './optimizers/adam.ts';
export { type ClippedGradients, clipByGlobalNorm } from './optimizers/clip-by-global-norm.ts';
export { type ComputedGradients, computeGradients, type Losses } from './optimizers/compute-gradients.ts';
export { createEma, type EmaOptions } from './optimizers/create-ema.ts';
export type { Ema } from './optimizers/ema.ts';
export type { EmaDecayOptions, PowerWarmUp } from './optimizers/ema-decay.ts';
export {
  type CosineScheduleOptions,
  constantSchedule,
  cosineSchedule,
  type LinearScheduleOptions,
  linearSchedule,
  type StepScheduleOptions,
  stepSchedule,
  withWarmUp,
} from './optimizers/learning-rates.ts';
export type { LearningRateSchedule, Optimizer } from './optimizers/optimizer.ts';
export { createRmsprop, type RmspropOptions } from './optimizers/rmsprop.ts';
export { createSgd, type SgdOptions } from './optimizers/sgd.ts';
export type { OptimizerOptions } from './optimizers/slot-optimizer.ts';
export {
  createParameters,
  type ParameterOptions,
  type ParameterScope,
  type Parameters,
} from './parameters/create-parameters.ts';
export {
  constant,
  fixed,
  type Initializer,
  type KaimingOptions,
  kaimingNormal,
  kaimingUniform,
  normal,
  ones,
  uniform,
  xavierUniform,
  zeroCounter,
  zeros,
} from './parameters/initializers.ts';
export { joinParameters } from './parameters/join-parameters.ts';
export type { Model } from './parameters/model.ts';
export type { ParameterEntry, ParameterLayout, ParameterTree } from './parameters/parameter-tree.ts';
export { selectParameters } from './parameters/select-parameters.ts';
export { createRandomStream } from './random/create-random-stream.ts';
export type { RandomStream } from './random/random-stream.ts';
export { type RowRange, rowsOfStream } from './random/rows-of-stream.ts';
export { type InterpolateLatentsOptions, interpolateLatents } from './sampling/interpolate-latents.ts';
export { joinBatches } from './sampling/join-batches.ts';
export type { LatentCodec } from './sampling/latent-codec.ts';
export { type SampleBatchesOptions, sampleBatches } from './sampling/sample-batches.ts';
export { createTrainState, type TrainStateParts } from './training/create-train-state.ts';
export { joinTrainSteps, type TrainStage } from './training/join-train-steps.ts';
export type { Monitor, MonitorContext, Verdict } from './training/monitor.ts';
export { type PhaseRun, runPhases } from './training/run-phases.ts';
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
