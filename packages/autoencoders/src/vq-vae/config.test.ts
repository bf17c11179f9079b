import { expect, test } from 'vitest';
import { defaultVqVaeConfig, validateVqVaeConfig } from './config.ts';

test('the default configuration is valid', () => {
  expect(validateVqVaeConfig(defaultVqVaeConfig)).toEqual(defaultVqVaeConfig);
});

test.each<[string, unknown]>([
  ['imageSize', 0],
  ['channels', 5],
  ['hiddenChannels', 0],
  ['hiddenChannels', 33],
  ['residualLayers', -1],
  ['downsamplings', 0],
  ['codebookSize', 0],
  ['codebookSize', 1],
  ['embeddingDim', 0],
  ['commitmentCost', -0.25],
  ['commitmentCost', Number.NaN],
  ['codebookUpdate', 'gradient'],
  ['codebookDecay', 1],
  ['codebookDecay', -0.5],
  ['reviveBelow', -1],
  ['reviveBelow', Number.POSITIVE_INFINITY],
])('%s %s is refused by name', (key, value) => {
  expect(() => validateVqVaeConfig({ ...defaultVqVaeConfig, [key]: value })).toThrow(
    expect.objectContaining({
      code: 'E_CONFIG',
      message: expect.stringContaining(`VqVaeConfig.${key}`),
    }),
  );
});

test('an image that cannot be halved so often is refused with sizes that can', () => {
  expect(() => validateVqVaeConfig({ ...defaultVqVaeConfig, imageSize: 30 })).toThrow(
    expect.objectContaining({ code: 'E_SHAPE', message: expect.stringContaining('28 or 32') }),
  );
  expect(() => validateVqVaeConfig({ ...defaultVqVaeConfig, imageSize: 2 })).toThrow(/expected 4/);
});

test('a misspelt option is refused with the nearest name', () => {
  expect(() => validateVqVaeConfig({ ...defaultVqVaeConfig, comitmentCost: 1 })).toThrow(
    /comitmentCost.*nearest is commitmentCost/,
  );
});
