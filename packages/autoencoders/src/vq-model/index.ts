export { defaultVqModelConfig, type VqModelConfig, validateVqModelConfig } from './config.ts';
export {
  diffusersVqTraining,
  loadVqModel,
  readDiffusersVqModel,
  saveVqModel,
  type VqModelTraining,
  writeDiffusersVqModel,
} from './diffusers-folder.ts';
export { type VqModelLoss, type VqModelReconstruction, vqModelLoss } from './loss.ts';
export { createVqModelTrainStep, type VqModelOptimizers, type VqModelTrainOptions } from './train-step.ts';
export { createVqModel, type VqModel } from './vq-model.ts';
