import { expect, test } from 'vitest';
import * as exported from './index.ts';

test('the package exports what it says', () => {
  expect(Object.keys(exported).sort()).toEqual([
    'binarize',
    'cfgMnist',
    'countActiveUnits',
    'createDigitReference',
    'ddpmMnist',
    'describeScore',
    'digitBatches',
    'emojiSource',
    'fashionMnistSource',
    'findRecipe',
    'ganMnist',
    'measureDigits',
    'measureNoiseError',
    'measureVaeBound',
    'mnistSource',
    'recipes',
    'vaeFashionMnist',
    'vaeMnist',
  ]);
});
