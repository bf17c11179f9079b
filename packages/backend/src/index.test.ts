import { expect, test } from 'vitest';
import * as entry from './index.ts';

test('the package exports these values and no others', () => {
  expect(Object.keys(entry).sort()).toMatchInlineSnapshot();
});
