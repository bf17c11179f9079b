import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { findCheckout, readCodeVersion } from './code-version.ts';

let checkout = '';

function put(path: string, content: string): string {
  mkdirSync(dirname(join(checkout, path)), { recursive: true });
  writeFileSync(join(checkout, path), content);
  return readCodeVersion(checkout);
}

beforeEach(() => {
  checkout = mkdtempSync(join(tmpdir(), 'tintype-code-test-'));
  put('packages/gan/src/loss.ts', 'one');
});
afterEach(() => rmSync(checkout, { recursive: true, force: true }));

test.each([
  ['a source', 'packages/gan/src/loss.ts'],
  ['a new source', 'packages/gan/src/deep/new.ts'],
  ['shipped weights', 'packages/metrics/weights/digits.safetensors'],
  ['a suite', 'apps/benchmark/src/quality/suites/gan.ts'],
])('%s changes the version', (_, path) => {
  const before = readCodeVersion(checkout);
  expect(put(path, 'two')).not.toBe(before);
});

test.each([
  ['a test', 'packages/gan/src/loss.test.ts'],
  ['a README', 'packages/gan/src/README.md'],
  ['a result', 'apps/benchmark/results/quality/gan/seed-0.json'],
])('%s does not', (_, path) => {
  const before = readCodeVersion(checkout);
  expect(put(path, 'two')).toBe(before);
});

const recipe = (expectations: string, steps = 3) =>
  `export const gan = {\n  steps: ${steps},\n  expectations: ${expectations},\n  evaluate,\n};\n`;

test("a recipe's frozen expectations do not change it, the rest of the recipe does", () => {
  const path = 'packages/recipes/src/gan-mnist.ts';
  const before = put(path, recipe('[]'));
  expect(put(path, recipe("[\n    {\n      id: '1.6',\n      healthy: [1, 2, 3],\n    },\n  ]"))).toBe(
    before,
  );
  expect(put(path, recipe("[\n    { id: '1.6' },\n  ]", 4))).not.toBe(before);
  expect(put('packages/gan/src/gan.ts', recipe('[]'))).not.toBe(
    put('packages/gan/src/gan.ts', recipe('[\n  ]')),
  );
});

test('the checkout is found from here', () => {
  expect(readCodeVersion(findCheckout())).toMatch(/^[0-9a-f]{16}$/);
  expect(() => findCheckout(tmpdir())).toThrow(/pnpm-workspace/);
});
