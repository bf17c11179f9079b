export {
  createGan,
  createGanTrainStep,
  type Discriminator,
  type DiscriminatorLoss,
  defaultGanConfig,
  discriminatorLoss,
  type Gan,
  type GanConfig,
  type GanOptimizers,
  type GanSampleOptions,
  type GanTrainOptions,
  type Generator,
  type GeneratorLoss,
  generatorLoss,
  sampleGan,
  validateGanConfig,
} from './gan/index.ts';
export { hinge } from './objectives/hinge.ts';
export { leastSquares } from './objectives/least-squares.ts';
export { minimax } from './objectives/minimax.ts';
export { nonSaturating } from './objectives/non-saturating.ts';
export type { GanObjective } from './objectives/objective.ts';
export { wasserstein } from './objectives/wasserstein.ts';
export { type GradientPenaltyOptions, gradientPenalty } from './regularizers/gradient-penalty.ts';
export { type Critic, squaredGradientNorms } from './regularizers/input-gradient.ts';
export { r1Penalty } from './regularizers/r1-penalty.ts';
