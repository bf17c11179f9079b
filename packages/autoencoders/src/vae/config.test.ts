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
  ['hiddenUnits', []],
  ['hiddenUnits', [0]],
  ['imageSize', 0],
  ['channels', 5],
  ['likelihood', 'laplace'],
  ['sigma', 0],
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
