import { TintypeError } from '@tintype/backend';

/** Keys through which a merge could reach a prototype. */
const forbiddenKeys: readonly string[] = ['__proto__', 'constructor', 'prototype'];

const maxDepth = 32;

/**
 * Checks that a value is data as JSON knows it: plain objects, arrays, strings, booleans, null, finite numbers
 * (`undefined` is allowed as an absent option), at most 32 levels deep, without keys that name a prototype.
 * @throws TintypeError `E_CONFIG` naming the path.
 */
export function assertPlainData(value: unknown, where: string, depth = 0): void {
  if (depth > maxDepth)
    refuse(where, 'the value is nested too deeply or contains itself', undefined, `${maxDepth} levels`);
  if (typeof value === 'number' && !Number.isFinite(value)) {
    refuse(where, 'a number must be finite', value, 'a finite number');
  }
  if (typeof value === 'bigint' || typeof value === 'function' || typeof value === 'symbol') {
    refuse(where, 'the value must be plain data', typeof value, 'JSON data');
  }
  if (Array.isArray(value)) {
    value.forEach((item, index) => {
      assertPlainData(item, `${where}[${index}]`, depth + 1);
    });
  } else if (typeof value === 'object' && value !== null) {
    assertPlainObject(value, where, depth);
  }
}

function assertPlainObject(value: object, where: string, depth: number): void {
  const prototype = Object.getPrototypeOf(value);
  if (prototype !== null && Object.getPrototypeOf(prototype) !== null) {
    refuse(where, 'the value must be a plain object', value.constructor?.name, 'an object of plain data');
  }
  for (const key of Object.getOwnPropertyNames(value)) {
    if (forbiddenKeys.includes(key)) refuse(where, 'this key is never allowed', key, 'names of options');
    assertPlainData((value as Record<string, unknown>)[key], `${where}.${key}`, depth + 1);
  }
}

function refuse(where: string, what: string, got: unknown, expected: string): never {
  throw new TintypeError('E_CONFIG', { where, what, got, expected });
}
