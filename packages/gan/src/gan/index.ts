export { defaultGanConfig, type GanConfig, validateGanConfig } from './config.ts';
export type { Discriminator } from './discriminator.ts';
export { createGan, type Gan } from './gan.ts';
export type { Generator } from './generator.ts';
export { type DiscriminatorLoss, discriminatorLoss, type GeneratorLoss, generatorLoss } from './loss.ts';
export { type GanSampleOptions, sampleGan } from './sample.ts';
export type { GanTrainOptions } from './train-options.ts';
export { createGanTrainStep, type GanOptimizers } from './train-step.ts';
