import { TintypeError } from '@tintype/backend';
import {
  array,
  integer,
  minValue,
  number,
  object,
  optional,
  picklist,
  pipe,
  strictObject,
  string,
  unknown,
} from 'valibot';
import { describe, expect, test } from 'vitest';
import { assertConfig } from './assert-config.ts';

const schema = strictObject({
  learningRate: pipe(number(), minValue(0)),
  imageSize: pipe(number(), integer()),
  loss: optional(picklist(['hinge', 'wasserstein'])),
  optimizer: optional(strictObject({ emaDecay: number(), adamBeta1: number() })),
  blocks: optional(array(strictObject({ channels: number() }))),
});
const valid = { learningRate: 1e-4, imageSize: 32 };

function refusal(value: unknown): TintypeError {
  try {
    assertConfig(schema, value, 'createModel');
  } catch (error) {
    if (error instanceof TintypeError) return error;
    throw error;
  }
  throw new Error('nothing was refused');
}

test('a valid config comes back typed and equal', () => {
  const config = assertConfig(schema, { ...valid, blocks: [{ channels: 4 }] }, 'createModel');
  expect(config.learningRate).toBe(1e-4);
  expect(config.blocks?.[0]?.channels).toBe(4);
});

test('an unknown option is refused with the nearest known one', () => {
  const error = refusal({ leraningRate: 1, imageSize: 32 });
  expect(error.code).toBe('E_UNKNOWN_OPTION');
  expect(error.message).toContain('got leraningRate');
  expect(error.message).toContain('The nearest is learningRate.');
});

test('an unknown option inside an object or an array element is found with its own neighbours', () => {
  const nested = refusal({ ...valid, optimizer: { emaDecai: 0.9, adamBeta1: 0 } });
  expect(nested.message).toMatch(/^createModel\.optimizer: .*The nearest is emaDecay\.$/);
  const element = refusal({ ...valid, blocks: [{ channels: 1 }, { channels: 1, chanels: 2 }] });
  expect(element.message).toMatch(/^createModel\.blocks\[1\]: .*The nearest is channels\.$/);
});

test('a far-fetched key gets the list but no guess', () => {
  const error = refusal({ ...valid, zzzzzzzz: 1 });
  expect(error.message).toContain('one of learningRate, imageSize, loss, optimizer, blocks');
  expect(error.message).not.toContain('The nearest is');
});

test.each([
  ['a missing option', { imageSize: 32 }, /^createModel\.learningRate: a required option is missing/],
  ['a wrong type', { ...valid, imageSize: '32' }, /^createModel\.imageSize: .*got "32", expected number/],
  [
    'a value below its range',
    { ...valid, learningRate: -1 },
    /^createModel\.learningRate: .*got -1, expected >=0/,
  ],
  ['a fraction for an integer', { ...valid, imageSize: 1.5 }, /^createModel\.imageSize: .*got 1\.5/],
  [
    'a choice that is not offered',
    { ...valid, loss: 'bce' },
    /got "bce", expected \("hinge" \| "wasserstein"\)/,
  ],
  ['NaN', { ...valid, learningRate: Number.NaN }, /^createModel\.learningRate: a number must be finite/],
  ['Infinity', { ...valid, learningRate: Number.POSITIVE_INFINITY }, /finite.*got Infinity/],
  ['not an object', 7, /^createModel: .*got 7/],
  ['an array', [], /^createModel/],
  ['a class instance', { ...valid, blocks: new Date() }, /plain object \(got Date/],
])('%s is refused with path, got and expected', (_, value, message) => {
  const error = refusal(value);
  expect(error.code).toBe('E_CONFIG');
  expect(error.message).toMatch(message);
});

describe('keys that reach a prototype', () => {
  test.each(['__proto__', 'constructor', 'prototype'])('%s is refused at any depth', (key) => {
    const hostile = JSON.parse(`{"learningRate":1,"imageSize":1,"blocks":[{"${key}":{"polluted":true}}]}`);
    expect(refusal(hostile).code).toBe('E_CONFIG');
    expect(({} as Record<string, unknown>).polluted).toBeUndefined();
  });

  test('a schema with open objects alone would let them through', () => {
    const open = object({ name: optional(string()), rest: optional(unknown()) });
    const hostile = JSON.parse('{"rest":{"constructor":{"prototype":{"polluted":true}}}}');
    expect(() => assertConfig(open, hostile, 'open')).toThrow(TintypeError);
    expect(() => assertConfig(open, { rest: { fine: 1 } }, 'open')).not.toThrow();
  });
});

test('a value that contains itself is refused', () => {
  const loop: Record<string, unknown> = { ...valid };
  loop.optimizer = loop;
  expect(refusal(loop).message).toContain('contains itself');
});
