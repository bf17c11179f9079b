import type { ParameterScope, ParameterTree } from '@tintype/core-tensor';
import { createDecoderNetwork, type DecoderNetwork } from '../networks/decoder-network.ts';
import type { AutoencoderConfig } from './config.ts';
import { createTiedDecoder } from './tied-decoder.ts';

/** Codes [b, latentDim] → pixels [b, h, w, c] before any sigmoid. `parameters` holds the encoder's already. */
export function createDecoder(
  scope: ParameterScope,
  config: AutoencoderConfig,
  parameters: ParameterTree,
): DecoderNetwork {
  return config.tiedWeights
    ? createTiedDecoder(scope, config, parameters)
    : createDecoderNetwork(scope, config, config.latentDim);
}
