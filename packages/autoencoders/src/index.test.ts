import { expect, test } from 'vitest';
import * as entry from './index.ts';

test('the package exports these values and no others', () => {
  expect(Object.keys(entry).sort()).toMatchInlineSnapshot(`
    [
      "bernoulliNegativeLogLikelihood",
      "codeCrossEntropy",
      "codePriorLoss",
      "countActiveUnits",
      "countCodes",
      "createCodePrior",
      "createCodePriorTrainStep",
      "createVae",
      "createVaeTrainStep",
      "createVectorQuantizer",
      "createVqVae",
      "createVqVaeTrainStep",
      "defaultCodePriorConfig",
      "defaultVaeConfig",
      "defaultVectorQuantizerConfig",
      "defaultVqVaeConfig",
      "gaussianNegativeLogLikelihood",
      "importanceLogWeights",
      "interpolateLatents",
      "iwaeBound",
      "iwaeLoss",
      "klFromStandardNormal",
      "klWeightAt",
      "klWithFreeBits",
      "latentGrid",
      "measureVaeBound",
      "perplexityOf",
      "perplexityOfCounts",
      "reparameterize",
      "sampleCodePrior",
      "sampleVae",
      "vaeLoss",
      "validateCodePriorConfig",
      "validateVaeConfig",
      "validateVqVaeConfig",
      "vqVaeLoss",
      "walkLatent",
    ]
  `);
});
