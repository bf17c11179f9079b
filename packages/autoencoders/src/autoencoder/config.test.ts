import { expect, test } from 'vitest';
import { defaultAutoencoderConfig, validateAutoencoderConfig } from './config.ts';

test('the default configuration is valid', () => {
  expect(validateAutoencoderConfig(defaultAutoencoderConfig)).toEqual(defaultAutoencoderConfig);
});

test.each<[string, unknown]>([
  ['latentDim', 0],
  ['latentDim', -3],
  ['latentDim', 1.5],
  ['latentDim', '32'],
  ['latentDim', Number.NaN],
  ['imageSize', 0],
  ['channels', 5],
  ['hiddenUnits', [0]],
  ['reconstructionLoss', 'huber'],
  ['output', 'tanh'],
  ['noiseSigma', -0.1],
  ['sparsityWeight', Number.NaN],
  ['sparsityTarget', 0],
  ['sparsityTarget', 1],
  ['contractiveWeight', Number.POSITIVE_INFINITY],
  ['latentPenalty', -1],
  ['decoderPenalty', -1],
  ['decoderPenaltyKind', 'spectral'],
  ['tiedWeights', 1],
])('%s %s is refused by name', (key, value) => {
  expect(() => validateAutoencoderConfig({ ...defaultAutoencoderConfig, [key]: value })).toThrow(
    expect.objectContaining({
      code: 'E_CONFIG',
      message: expect.stringContaining(`AutoencoderConfig.${key}`),
    }),
  );
});

test.each([
  ['output', { reconstructionLoss: 'bce', output: 'linear' }],
  ['latentActivation', { sparsityWeight: 1 }],
  ['tiedWeights', { tiedWeights: true, architecture: 'conv' }],
  ['decoderPenaltyKind', { tiedWeights: true, decoderPenalty: 1 }],
])('options that do not go together are refused by the name of %s', (key, options) => {
  expect(() => validateAutoencoderConfig({ ...defaultAutoencoderConfig, ...options })).toThrow(
    expect.objectContaining({
      code: 'E_CONFIG',
      message: expect.stringContaining(`AutoencoderConfig.${key}`),
    }),
  );
});

test('an image that the convolutions cannot halve is refused with sizes that fit', () => {
  const odd = { ...defaultAutoencoderConfig, architecture: 'conv', imageSize: 30 };
  expect(() => validateAutoencoderConfig(odd)).toThrow(/28 or 32/);
});

test('a misspelt option is refused with the nearest name', () => {
  expect(() => validateAutoencoderConfig({ ...defaultAutoencoderConfig, latentDims: 3 })).toThrow(
    /latentDims.*nearest is latentDim/,
  );
});
