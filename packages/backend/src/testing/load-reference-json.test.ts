import { expect, test } from 'vitest';
import { loadReferenceJson } from './load-reference-json.ts';

test('reads a file of the reference data, and says which one is missing', () => {
  expect(loadReferenceJson<object>('gradients/cases.json')).toBeTypeOf('object');
  expect(() => loadReferenceJson('nowhere.json')).toThrow(/nowhere\.json/);
});
