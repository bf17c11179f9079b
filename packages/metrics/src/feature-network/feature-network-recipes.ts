import {
  type DataFiles,
  type DatasetSplit,
  type ImageDataset,
  loadFashionMnist,
  loadMnist,
} from '@tintype/datasets';
import type { Augmentation } from './augment-images.ts';

/** The data that a shipped network was trained on. */
export type FeatureNetworkName = 'mnist' | 'fashion-mnist';

export interface FeatureNetworkSettings extends Augmentation {
  /** Updates; each sees one batch. */
  readonly steps: number;
  readonly batchSize: number;
  /** Peak of Adam's cosine schedule. */
  readonly learningRate: number;
  /** Share of the features dropped, in [0, 1). */
  readonly dropoutRate: number;
}

/** How a feature network is made: its data and its settings. */
export interface FeatureNetworkRecipe {
  readonly name: FeatureNetworkName;
  readonly settings: FeatureNetworkSettings;
  /** 60 000 training or 10 000 test images with labels. Throws as the loaders of `@tintype/datasets` do. */
  load(files: DataFiles, split: DatasetSplit): Promise<ImageDataset>;
}

export const featureNetworkRecipes: Readonly<Record<FeatureNetworkName, FeatureNetworkRecipe>> = {
  mnist: {
    name: 'mnist',
    settings: {
      steps: 4000,
      batchSize: 64,
      learningRate: 2e-3,
      dropoutRate: 0.3,
      maxShift: 2,
      isMirroring: false,
    },
    load: (files, split) => loadMnist({ files, split }),
  },
  'fashion-mnist': {
    name: 'fashion-mnist',
    settings: {
      steps: 8000,
      batchSize: 64,
      learningRate: 2e-3,
      dropoutRate: 0.3,
      maxShift: 1,
      isMirroring: true,
    },
    load: (files, split) => loadFashionMnist({ files, split }),
  },
};
