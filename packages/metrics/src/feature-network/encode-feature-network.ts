import { encodeSafetensors, libraryVersion, readWeights } from '@tintype/core-tensor';
import type { FeatureNetwork } from './feature-network.ts';

export interface FeatureNetworkFacts {
  /** The dataset that it learned. */
  readonly data: string;
  readonly seed: number;
  readonly steps: number;
  /** Share of the test images that it reads as labelled. */
  readonly accuracy: number;
}

/** A safetensors file of the weights, in PyTorch's layouts; the facts stand in its `__metadata__`. */
export async function encodeFeatureNetwork(
  { parameters }: FeatureNetwork,
  { data, seed, steps, accuracy }: FeatureNetworkFacts,
): Promise<Uint8Array> {
  return encodeSafetensors(await readWeights(parameters), {
    format: 'pt',
    data,
    seed: String(seed),
    steps: String(steps),
    accuracy: String(accuracy),
    libraryVersion,
  });
}
