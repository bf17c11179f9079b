import { TintypeError } from '@tintype/backend';
import fc from 'fast-check';
import { afterEach, expect, test } from 'vitest';
import { parseJsonConfig } from './parse-json-config.ts';

afterEach(() => {
  expect(({} as Record<string, unknown>).polluted).toBeUndefined();
});

const bytes = (text: string) => new TextEncoder().encode(text);

function codeOf(source: string | Uint8Array): string {
  try {
    parseJsonConfig(source, 'recipe.json');
  } catch (error) {
    if (error instanceof TintypeError) return error.code;
    throw error;
  }
  return 'accepted';
}

test('plain JSON is read from text and from bytes', () => {
  const text = '{"a":[1,2.5e-3,null,true],"b":{"c":"é"}}';
  expect(parseJsonConfig(text, 'x')).toEqual({ a: [1, 0.0025, null, true], b: { c: 'é' } });
  expect(parseJsonConfig(bytes(text), 'x')).toEqual(parseJsonConfig(text, 'x'));
});

test.each([
  ['an own __proto__ key', '{"__proto__":{"polluted":1}}'],
  ['constructor.prototype', '{"constructor":{"prototype":{"polluted":1}}}'],
  ['a number beyond float64', '{"a":1e309}'],
  ['a comment', '{"a":1} // note'],
  ['a block comment', '/* note */ {"a":1}'],
  ['a trailing comma', '{"a":1,}'],
  ['a byte-order mark', '\uFEFF{"a":1}'],
  ['an empty text', ''],
  ['NaN', '{"a":NaN}'],
  ['100 levels of nesting', `${'['.repeat(100)}${']'.repeat(100)}`],
  ['2 million open brackets', '['.repeat(1024 * 1024)],
  ['more than 1 MB', `"${'x'.repeat(1024 * 1024)}"`],
])('%s is refused with E_CONFIG', (_, text) => {
  expect(codeOf(text)).toBe('E_CONFIG');
  expect(codeOf(bytes(text))).toBe('E_CONFIG');
});

test('bytes that are not UTF-8 are refused', () => {
  expect(codeOf(new Uint8Array([0x22, 0xff, 0xfe, 0x22]))).toBe('E_CONFIG');
});

test('JSON.parse alone lets the infinite number and the own __proto__ key through', () => {
  expect(JSON.parse('{"a":1e309}').a).toBe(Number.POSITIVE_INFINITY);
  expect(Object.hasOwn(JSON.parse('{"__proto__":1}'), '__proto__')).toBe(true);
});

test('200 000 mutated configs give a value or E_CONFIG, never another error', () => {
  const seedText =
    '{"recipe":"ddpm","steps":1200,"set":{"a":[1,2,3],"__proto_":{"x":1e30}},"n":-0.5,"b":true}';
  const pieces = [
    '__proto__',
    '"constructor"',
    '1e999',
    '{',
    '}',
    '[',
    ']',
    '\uFEFF',
    '\u0000',
    ',',
    '//',
    '"',
    '\\u',
  ];
  const edit = fc.record({ at: fc.nat(200), cut: fc.nat(6), put: fc.constantFrom('', ...pieces) });
  const counts = { accepted: 0, E_CONFIG: 0 };
  fc.assert(
    fc.property(fc.array(edit, { minLength: 1, maxLength: 4 }), (edits) => {
      let text = seedText;
      for (const { at, cut, put } of edits) {
        const start = at % (text.length + 1);
        text = text.slice(0, start) + put + text.slice(start + cut);
      }
      const code = codeOf(text);
      if (code !== 'accepted' && code !== 'E_CONFIG') throw new Error(`unexpected ${code}`);
      counts[code] += 1;
    }),
    { numRuns: 200_000, seed: 36 },
  );
  expect(counts.accepted).toBeGreaterThan(1000);
  expect(counts.E_CONFIG).toBeGreaterThan(1000);
});
