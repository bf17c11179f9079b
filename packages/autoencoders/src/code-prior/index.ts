export { type CodePrior, createCodePrior } from './code-prior.ts';
export { type CodePriorConfig, defaultCodePriorConfig, validateCodePriorConfig } from './config.ts';
export { codeCrossEntropy, codePriorLoss } from './loss.ts';
export { type CodePriorSampleOptions, sampleCodePrior } from './sample.ts';
export {
  type CodePriorOptimizers,
  type CodePriorTrainOptions,
  createCodePriorTrainStep,
} from './train-step.ts';
