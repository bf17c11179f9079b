import { expect, test } from 'vitest';
import * as exported from './index.ts';

test('the package exports what it says', () => {
  expect(Object.keys(exported).sort()).toEqual([
    'autoencoderEmoji',
    'autoencoderFashionMnist',
    'autoencoderMnist',
    'binarize',
    'cfgMnist',
    'createDigitReference',
    'ddpmMnist',
    'describeScore',
    'digitBatches',
    'emojiSource',
    'fashionMnistSource',
    'fidTo',
    'findRecipe',
    'ganMnist',
    'latentDistributionOf',
    'measureDigits',
    'measureNoiseError',
    'measureReconstruction',
    'mnistSource',
    'pcaError',
    'recipes',
    'sampleFromLatents',
    'sampleVqVae',
    'vaeEmoji',
    'vaeFashionMnist',
    'vaeMnist',
    'vqVaeEmoji',
    'vqVaeFashionMnist',
    'vqVaeMnist',
  ]);
});
