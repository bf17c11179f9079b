export { type BootstrapOptions, bootstrapInterval, type Interval } from './bootstrap/bootstrap-interval.ts';
export { areaUnderRoc } from './classification/area-under-roc.ts';
export { type ClassHistogram, classHistogram } from './classification/class-histogram.ts';
export { classificationAccuracy } from './classification/classification-accuracy.ts';
export {
  type NearestNeighborAccuracy,
  type NearestNeighborAccuracyOptions,
  nearestNeighborAccuracy,
} from './classification/nearest-neighbor-accuracy.ts';
export { type PerClassAccuracy, perClassAccuracy } from './classification/per-class-accuracy.ts';
export { type DensityCoverage, densityCoverage } from './density-coverage/density-coverage.ts';
export {
  type EnergyDistanceOptions,
  type EnergyEstimator,
  energyDistance,
} from './distances/energy-distance.ts';
export {
  type EnergyDistanceFloor,
  type EnergyDistanceFloorOptions,
  energyDistanceFloor,
} from './distances/energy-distance-floor.ts';
export { pairwiseDistance } from './diversity/pairwise-distance.ts';
export {
  type WithinClassDiversity,
  type WithinClassDiversityOptions,
  withinClassDiversity,
} from './diversity/within-class-diversity.ts';
export { encodeFeatureNetwork, type FeatureNetworkFacts } from './feature-network/encode-feature-network.ts';
export type { FeatureNetwork } from './feature-network/feature-network.ts';
export {
  type FeatureNetworkName,
  type FeatureNetworkRecipe,
  type FeatureNetworkSettings,
  featureNetworkRecipes,
} from './feature-network/feature-network-recipes.ts';
export {
  type LoadFeatureNetworkOptions,
  loadFeatureNetwork,
} from './feature-network/load-feature-network.ts';
export { measureAccuracy } from './feature-network/measure-accuracy.ts';
export {
  type TrainFeatureNetworkOptions,
  trainFeatureNetwork,
} from './feature-network/train-feature-network.ts';
export { collectFeatures } from './features/collect-features.ts';
export {
  type Classification,
  classify,
  collectReadings,
  type Readings,
} from './features/collect-readings.ts';
export { createFeatureModel, type FeatureModelOptions } from './features/create-feature-model.ts';
export type { Classifier, FeatureModel } from './features/feature-model.ts';
export type { Features } from './features/features.ts';
export type { ImageBatches } from './features/read-batches.ts';
export { resizeBatches } from './features/resize-batches.ts';
export { selectRows } from './features/select-rows.ts';
export { type FrechetDistanceOptions, frechetDistance } from './frechet/frechet-distance.ts';
export type { PixelRange } from './images/assert-image-pair.ts';
export { type Psnr, type PsnrOptions, psnr } from './images/psnr.ts';
export { type Ssim, type SsimOptions, ssim } from './images/ssim.ts';
export {
  type InceptionScore,
  type InceptionScoreOptions,
  inceptionScore,
} from './inception-score/inception-score.ts';
export {
  type IntraFrechetDistance,
  type IntraFrechetOptions,
  intraFrechetDistance,
} from './intra-frechet/intra-frechet-distance.ts';
export {
  type KernelDistance,
  type KernelDistanceOptions,
  type KernelSubset,
  kernelDistance,
} from './kernel-distance/kernel-distance.ts';
export { type BitsPerDimOptions, bitsPerDim, natsOfBitsPerDim } from './likelihood/bits-per-dim.ts';
export {
  type ImportanceSampledNll,
  importanceSampledNll,
  type LogWeights,
} from './likelihood/importance-sampled-nll.ts';
export { logMeanExp } from './likelihood/log-mean-exp.ts';
export { type Memorization, type MemorizationOptions, memorization } from './memorization/memorization.ts';
export { type CountModesOptions, countModes, type ModeCount } from './modes/count-modes.ts';
export {
  type CountStackedModesOptions,
  countStackedModes,
  type StackedModeCount,
  type StackedReadings,
} from './modes/count-stacked-modes.ts';
export { eightGaussiansModes, grid25Modes, type PointModes } from './modes/point-modes.ts';
export { readStackedDigits } from './modes/read-stacked-digits.ts';
export { readStatisticsNpz } from './npz/read-statistics-npz.ts';
export { writeStatisticsNpz } from './npz/write-statistics-npz.ts';
export type { LatentSpace } from './perceptual-path-length/latent-pairs.ts';
export {
  type PerceptualPathLength,
  type PerceptualPathLengthOptions,
  perceptualPathLength,
} from './perceptual-path-length/perceptual-path-length.ts';
export { type Interpolation, lerp, slerp } from './perceptual-path-length/slerp.ts';
export {
  type NeighborOptions,
  type PrecisionRecall,
  precisionRecall,
} from './precision-recall/precision-recall.ts';
export { describeScore } from './score/describe-score.ts';
export { type FrechetScoreOptions, frechetScore } from './score/frechet-score.ts';
export type { ScoreCounts, ScoreReport } from './score/score-report.ts';
export { computeStatistics } from './statistics/compute-statistics.ts';
export { createStatistics, type StatisticsAccumulator } from './statistics/create-statistics.ts';
export type { FeatureStatistics } from './statistics/feature-statistics.ts';
