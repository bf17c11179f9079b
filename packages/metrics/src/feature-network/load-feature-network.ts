import {
  createRandomStream,
  decodeSafetensors,
  loadWeights,
  nearestName,
  sha256,
  TintypeError,
} from '@tintype/core-tensor';
import type { Classifier } from '../features/feature-model.ts';
import { weightsUrl } from '../weights-urls.ts';
import { createFeatureClassifier } from './feature-classifier.ts';
import { createFeatureNetwork } from './feature-network.ts';
import type { FeatureNetworkName } from './feature-network-recipes.ts';
import { readWeightsFile } from './read-weights-file.ts';
import { shippedNetworks } from './shipped-networks.ts';

export interface LoadFeatureNetworkOptions {
  /** Folder with the files of `weights/`: an address, or a path in Node. @default the package's own */
  readonly weightsBaseUrl?: string;
}

/**
 * A shipped network, a reader of images [b, 28, 28, 1] in [-1, 1] that took no part in training any generator. The
 * caller disposes of it. Throws `E_DATA_MISSING` where its file cannot be read and `E_CHECKPOINT` where the file is not
 * the one that this version ships.
 */
export async function loadFeatureNetwork(
  name: FeatureNetworkName,
  { weightsBaseUrl }: LoadFeatureNetworkOptions = {},
): Promise<Classifier> {
  assertName(name);
  const url = weightsUrl(name, weightsBaseUrl);
  const bytes = await readWeightsFile(url);
  const { sha256: expected, ...identity } = shippedNetworks[name];
  const got = await sha256(bytes);
  if (got !== expected) {
    throw new TintypeError('E_CHECKPOINT', {
      where: url.href,
      what: 'the file has another SHA-256 than the weights of this version, so its scores would not compare',
      got,
      expected,
      remedy: 'Install @tintype/metrics again, or serve the weights of the installed version',
    });
  }
  const network = createFeatureNetwork(createRandomStream(0));
  try {
    loadWeights(network.parameters, decodeSafetensors(bytes, url.href), { where: url.href });
  } catch (error) {
    network.dispose();
    throw error;
  }
  return createFeatureClassifier(network, { ...identity, hash: expected.slice(0, 16) });
}

function assertName(name: string): void {
  const known = Object.keys(shippedNetworks);
  if (known.includes(name)) return;
  const nearest = nearestName(name, known);
  throw new TintypeError('E_CONFIG', {
    where: 'loadFeatureNetwork',
    what: 'there is no such feature network',
    got: name,
    expected: known.join(' or '),
    ...(nearest !== undefined && { remedy: `The nearest is ${nearest}` }),
  });
}
