import type { FeatureNetworkName } from './feature-network-recipes.ts';

/** What the shipped networks read in the first test digit and the first pair of trousers held out, computed in float64: the first 16 features and all logits. */
export const goldenReadings: Readonly<
  Record<FeatureNetworkName, { readonly features: readonly number[]; readonly logits: readonly number[] }>
> = {
  mnist: {
    features: [0, 9.399611, 0, 0, 0, 0, 0, 0, 0, 0, 0, 6.074299, 19.824252, 0, 13.460728, 0],
    logits: [
      -7.218802, -0.824876, 2.057983, -0.429705, -3.620205, -8.638935, -19.623239, 17.652614, -8.07453,
      4.952154,
    ],
  },
  'fashion-mnist': {
    features: [0, 13.517862, 0, 0, 12.574909, 1.344435, 0, 0, 0, 0, 0, 0, 0, 0, 17.65511, 0],
    logits: [
      -6.612605, 22.721684, -2.086623, -5.984847, -2.065117, -24.455012, -8.025394, -25.463227, -14.580073,
      -23.323217,
    ],
  },
};
