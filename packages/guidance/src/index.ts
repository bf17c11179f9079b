export {
  type ClassifierFreeGuidanceOptions,
  classifierFreeGuidance,
} from './classifier-free-guidance/classifier-free-guidance.ts';
export {
  type ConditionOnLabelsOptions,
  conditionOnLabels,
} from './classifier-free-guidance/condition-on-labels.ts';
