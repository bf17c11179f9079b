import { expect, test } from 'vitest';
import { defaultGanConfig, validateGanConfig } from './config.ts';

test('the default configuration is valid', () => {
  expect(validateGanConfig(defaultGanConfig)).toEqual(defaultGanConfig);
});

test.each<[string, unknown]>([
  ['imageSize', 30],
  ['imageSize', 0],
  ['latentDim', 0],
  ['generatorChannels', 1.5],
  ['discriminatorNorm', 'layer'],
  ['batchNormEpsilon', 0],
  ['batchNormMomentum', 1.1],
  ['r1Gamma', -1],
  ['r1Gamma', Number.NaN],
  ['r1Interval', 0],
])('%s %s is refused by name', (key, value) => {
  expect(() => validateGanConfig({ ...defaultGanConfig, [key]: value })).toThrow(
    expect.objectContaining({ code: 'E_CONFIG', message: expect.stringContaining(`GanConfig.${key}`) }),
  );
});

test('R1 with batch normalisation in the discriminator is refused with the way out', () => {
  expect(() => validateGanConfig({ ...defaultGanConfig, r1Gamma: 10 })).toThrow(
    /Set discriminatorNorm to 'none'/,
  );
  expect(validateGanConfig({ ...defaultGanConfig, r1Gamma: 10, discriminatorNorm: 'none' }).r1Gamma).toBe(10);
});

test('a misspelt option is refused with the nearest name', () => {
  expect(() => validateGanConfig({ ...defaultGanConfig, latentDims: 1 })).toThrow(/nearest is latentDim/);
});
