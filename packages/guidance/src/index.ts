export {
  type ClassifierFreeGuidanceOptions,
  classifierFreeGuidance,
} from './classifier-free-guidance/classifier-free-guidance.ts';
export { type DropLabelsOptions, dropLabels } from './classifier-free-guidance/drop-labels.ts';
