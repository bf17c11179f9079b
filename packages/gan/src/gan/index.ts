export { defaultGanConfig, type GanConfig, validateGanConfig } from './config.ts';
export type { Discriminator } from './discriminator.ts';
export { createGan, type Gan } from './gan.ts';
export type { Generator } from './generator.ts';
export { type DiscriminatorLoss, discriminatorLoss, type GeneratorLoss, generatorLoss } from './loss.ts';
export { type GanSampleOptions, sampleGan } from './sample.ts';
export { createGanTrainStep, type GanOptimizers, type GanTrainOptions } from './train-step.ts';
