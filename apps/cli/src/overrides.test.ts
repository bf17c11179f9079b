import { expect, test } from 'vitest';
import { applyOverrides } from './overrides.ts';
import { UsageError } from './usage-error.ts';

const defaults = { learningRate: 0.1, layers: [1, 2], kind: 'cosine', isFast: false, steps: 10 };

test('values are read as what the default is', () => {
  const settings = ['learningRate=1e-3', 'layers=[3]', 'kind=linear', 'isFast=true'];
  expect(applyOverrides(defaults, settings)).toEqual({
    learningRate: 1e-3,
    layers: [3],
    kind: 'linear',
    isFast: true,
    steps: 10,
  });
  expect(defaults.learningRate).toBe(0.1);
});

test.each([
  ['leraningRate=1', 'The nearest is learningRate'],
  ['__proto__=1', 'there is no key __proto__'],
  ['constructor=1', 'there is no key constructor'],
  ['learningRate', 'expected key=value'],
  ['learningRate=fast', 'expected a number'],
  ['learningRate=1e309', 'expected a number'],
  ['learningRate=', 'expected a number'],
  ['isFast=yes', 'expected true or false'],
  ['layers=3,4', 'expected JSON'],
])('%s is refused', (setting, message) => {
  expect(() => applyOverrides(defaults, [setting])).toThrow(UsageError);
  expect(() => applyOverrides(defaults, [setting])).toThrow(message);
  expect(({} as Record<string, unknown>).polluted).toBeUndefined();
});

test('a key given twice is refused', () => {
  expect(() => applyOverrides(defaults, ['steps=1', 'steps=2'])).toThrow('given twice');
});
