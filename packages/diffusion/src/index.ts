export type { LatentCodec, TimeConditioning } from '@tintype/core-tensor';
export type { DdimConfig } from './ddim/config.ts';
export { type DdimSampleOptions, ddimPlan, sampleDdim } from './ddim/sample.ts';
export { ddimSteps, stepDdim } from './ddim/step.ts';
export type { DdimInversionConfig } from './ddim-inversion/config.ts';
export { ddimInversionPlan, type InvertDdimOptions, invertDdim } from './ddim-inversion/invert.ts';
export { type DdimInversionStep, ddimInversionSteps, stepDdimInversion } from './ddim-inversion/step.ts';
export type { DdpmLossKind, DdpmSampleConfig, DdpmVariance } from './ddpm/config.ts';
export { type DdpmLoss, type DdpmLossInput, ddpmLoss } from './ddpm/loss.ts';
export { type DdpmSampleOptions, ddpmPlan, sampleDdpm } from './ddpm/sample.ts';
export { ddpmSteps, stepDdpm } from './ddpm/step.ts';
export { createDdpmTrainStep, type DdpmOptimizers, type DdpmTrainStepOptions } from './ddpm/train-step.ts';
export type {
  Condition,
  Denoiser,
  DenoiserOptions,
  DenoiserPrediction,
  PredictionType,
  SamplerStep,
  VarianceType,
} from './denoiser.ts';
export {
  type DiffusersDenoiser,
  type DiffusersFlowOptions,
  type DiffusersPipeline,
  type DiffusersScheduleOptions,
  type DiffusersSchedulerOptions,
  type FlowPipeline,
  type ImportedFlowScheduler,
  type ImportedSampler,
  type ImportedScheduler,
  type JsonObject,
  type LoadCodec,
  type LoadDiffusersPipelineOptions,
  type LoadedCodec,
  type LoadUNet2dOptions,
  loadDiffusersPipeline,
  loadUNet2d,
  loadUNet2dCondition,
  type NoiseSchedulePipeline,
  type PipelineSampleOptions,
  readDiffusersFlowScheduler,
  readDiffusersScheduler,
  readDiffusersUNet2d,
  readDiffusersUNet2dCondition,
  type SaveDiffusersPipelineOptions,
  saveDiffusersPipeline,
  saveUNet2d,
  saveUNet2dCondition,
  writeDiffusersScheduler,
  writeDiffusersUNet2d,
  writeDiffusersUNet2dCondition,
} from './diffusers/index.ts';
export type { DpmSolverConfig } from './dpm-solver/config.ts';
export { type DpmSolverSampleOptions, dpmSolverPlan, sampleDpmSolver } from './dpm-solver/sample.ts';
export { type DpmSolverStep, dpmSolverSteps, stepDpmSolver } from './dpm-solver/step.ts';
export type { EulerConfig } from './euler/config.ts';
export { type EulerSampleOptions, eulerPlan, sampleEuler } from './euler/sample.ts';
export { eulerSteps, stepEuler } from './euler/step.ts';
export type { FlowSampleConfig, FlowTimeConfig } from './flow-matching/config.ts';
export { flowAsDenoiser } from './flow-matching/flow-as-denoiser.ts';
export { type FlowMatchingLoss, type FlowMatchingLossInput, flowMatchingLoss } from './flow-matching/loss.ts';
export { type FlowSampleOptions, flowPlan, sampleFlow } from './flow-matching/sample.ts';
export { type FlowStep, flowSigmas, flowSteps, stepFlow } from './flow-matching/step.ts';
export { createFlowTrainStep, type FlowTrainStepOptions } from './flow-matching/train-step.ts';
export type { HeunConfig } from './heun/config.ts';
export { type HeunSampleOptions, heunPlan, sampleHeun } from './heun/sample.ts';
export { type HeunStep, heunSteps, stepHeun } from './heun/step.ts';
export { latePlan } from './image-to-image/late-plan.ts';
export { type ImageToImageOptions, sampleImageToImage } from './image-to-image/sample.ts';
export type { InpaintingConfig } from './inpainting/config.ts';
export { type InpaintingOptions, sampleInpainting } from './inpainting/sample.ts';
export { type InterpolateImagesOptions, interpolateImages } from './interpolate-images/interpolate-images.ts';
export {
  addNoise,
  type BetaScheduleConfig,
  type BetaScheduleKind,
  betaScheduleKinds,
  betasOfAlphaBar,
  type CustomBetasConfig,
  createNoiseSchedule,
  lookupTimesteps,
  minSnrWeights,
  type NoiseSchedule,
  type NoiseScheduleConfig,
  noiseOf,
  type PredictedParts,
  predictedParts,
  predictedPartsAt,
  predictionTarget,
  type SigmoidAlphaBarOptions,
  sectionedTimesteps,
  sigmoidAlphaBar,
  signalToNoiseRatio,
  type Timesteps,
  velocity,
} from './noise-schedule/index.ts';
export { type DenoiserOnnxOptions, exportDenoiserOnnx } from './onnx/export-denoiser.ts';
export type { SamplerStepInput, SamplerStepResult } from './samplers/denoised-parts.ts';
export {
  type InferenceTimestepsOptions,
  inferenceTimesteps,
  type TimestepSpacing,
} from './samplers/inference-timesteps.ts';
export {
  runSampler,
  type SampleOptions,
  type SampleProgress,
  type SamplerPlan,
  type StepFunction,
} from './samplers/run-sampler.ts';
export type { SolverTime, SolverTimesOptions } from './samplers/solver-times.ts';
export {
  createLossAwareTimestepSampler,
  createUniformTimestepSampler,
  type DrawnTimesteps,
  type LossAwareOptions,
  type TimestepSampler,
} from './timestep-sampler/index.ts';
export {
  type ResolvedUNet2dConfig,
  resolveUNet2dConfig,
  type UNet2dConfig,
  type UNetBlockKind,
} from './unet/config.ts';
export { createUNet2d, type UNet2d } from './unet/unet-2d.ts';
export {
  type ResolvedUNet2dConditionConfig,
  resolveUNet2dConditionConfig,
  type UNet2dConditionConfig,
  type UNetConditionBlockKind,
} from './unet-condition/config.ts';
export { createUNet2dCondition, type UNet2dCondition } from './unet-condition/unet-2d-condition.ts';
export type { UniPcConfig } from './uni-pc/config.ts';
export { sampleUniPc, type UniPcSampleOptions, uniPcPlan } from './uni-pc/sample.ts';
export { stepUniPc, type UniPcStep, uniPcSteps } from './uni-pc/step.ts';
export {
  type BoundStratum,
  measureVariationalBound,
  type VariationalBound,
  type VariationalBoundOptions,
} from './variational-bound/index.ts';
