import { expect, test } from 'vitest';
import { defaultCodePriorConfig, validateCodePriorConfig } from './config.ts';

test('the default configuration is valid', () => {
  expect(validateCodePriorConfig(defaultCodePriorConfig)).toEqual(defaultCodePriorConfig);
});

test.each([
  ['architecture', 'lstm'],
  ['height', 0],
  ['width', 2.5],
  ['codebookSize', 1],
  ['codebookSize', Number.NaN],
  ['hiddenChannels', -4],
  ['layers', 0],
  ['heads', 0],
  ['numClasses', 0],
  ['numClasses', undefined],
])('%s %s is refused', (name, value) => {
  expect(() => validateCodePriorConfig({ ...defaultCodePriorConfig, [name]: value })).toThrow(
    expect.objectContaining({ code: 'E_CONFIG' }),
  );
});

test('the heads of a transformer divide its channels, and a PixelCNN has none', () => {
  expect(() =>
    validateCodePriorConfig({ ...defaultCodePriorConfig, architecture: 'transformer', heads: 3 }),
  ).toThrow(expect.objectContaining({ code: 'E_CONFIG' }));
  expect(() =>
    validateCodePriorConfig({ ...defaultCodePriorConfig, architecture: 'pixel-cnn', heads: 3 }),
  ).not.toThrow();
});

test('an unknown option is refused with the nearest name', () => {
  expect(() => validateCodePriorConfig({ ...defaultCodePriorConfig, layer: 3 })).toThrow(/layers/);
});
