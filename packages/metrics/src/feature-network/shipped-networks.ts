import { fashionMnistClassNames, mnistClassNames } from '@tintype/datasets';
import type { FeatureNetworkName } from './feature-network-recipes.ts';

export interface ShippedNetwork {
  /** What its Fréchet distance is called. */
  readonly scoreName: string;
  /** SHA-256 of the file, hexadecimal. */
  readonly sha256: string;
  readonly classNames: readonly string[];
}

/** What lies in weights/; `bench features` makes the files and prints their SHA-256. */
export const shippedNetworks: Readonly<Record<FeatureNetworkName, ShippedNetwork>> = {
  mnist: {
    scoreName: 'FID-LeNet',
    sha256: '4e467c6a50d56694222a3872bee0016ed5fb8ef4075cc82347d0a8726ee9cc95',
    classNames: mnistClassNames,
  },
  'fashion-mnist': {
    scoreName: 'FID-LeNet-Fashion',
    sha256: '62038f1f56483032dc4c2d9c1b8431692da9bb866d4d0b752eebc0660bdc08de',
    classNames: fashionMnistClassNames,
  },
};
