export type { Classifier, FeatureModel } from './features/feature-model.ts';
export type { Features } from './features/features.ts';
