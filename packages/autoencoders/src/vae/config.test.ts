import { expect, test } from 'vitest';
import { defaultVaeConfig, validateVaeConfig } from './config.ts';

test('the default configuration is valid', () => {
  expect(validateVaeConfig(defaultVaeConfig)).toEqual(defaultVaeConfig);
});

test.each<[string, unknown]>([
  ['klWeight', -0.1],
  ['klWeight', Number.NaN],
  ['klWeight', Number.POSITIVE_INFINITY],
  ['latentDim', 0],
  ['latentDim', 1.5],
  ['latentDim', '20'],
  ['hiddenUnits', [0]],
  ['imageSize', 0],
  ['channels', 5],
  ['likelihood', 'laplace'],
  ['sigma', 0],
  ['architecture', 'transformer'],
  ['convChannels', []],
  ['klWarmUpSteps', -1],
  ['klWarmUpSteps', 1.5],
  ['freeBits', -0.1],
  ['freeBits', Number.NaN],
  ['numClasses', 0],
  ['numClasses', undefined],
  ['output', 'tanh'],
  ['output', 'linear'],
])('%s %s is refused by name', (key, value) => {
  expect(() => validateVaeConfig({ ...defaultVaeConfig, [key]: value })).toThrow(
    expect.objectContaining({ code: 'E_CONFIG', message: expect.stringContaining(`VaeConfig.${key}`) }),
  );
});

test('a misspelt option is refused with the nearest name', () => {
  expect(() => validateVaeConfig({ ...defaultVaeConfig, klWieght: 1 })).toThrow(
    /klWieght.*nearest is klWeight/,
  );
});

test('linear networks, a linear Gaussian mean, classes and convolutions are valid', () => {
  for (const changes of [
    { hiddenUnits: [] },
    { likelihood: 'gaussian', output: 'linear' },
    { numClasses: 10 },
    { architecture: 'conv', imageSize: 12, hiddenUnits: [] },
  ]) {
    expect(validateVaeConfig({ ...defaultVaeConfig, ...changes })).toMatchObject(changes);
  }
});

test('a size that the convolutions cannot halve is refused, with sizes that fit', () => {
  const config = { ...defaultVaeConfig, architecture: 'conv', imageSize: 30 };
  expect(() => validateVaeConfig(config)).toThrow(
    expect.objectContaining({ code: 'E_SHAPE', message: expect.stringMatching(/30.*28 or 32/) }),
  );
});
