export type {
  Condition,
  Denoiser,
  DenoiserOptions,
  DenoiserPrediction,
  LatentCodec,
  PredictionType,
  SamplerStep,
  VarianceType,
} from './denoiser.ts';
