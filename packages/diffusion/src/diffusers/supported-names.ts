import type { JsonObject } from '@tintype/core-tensor';

/** Under which name diffusers knows a value. */
export function nameOf(names: Readonly<Record<string, string>>, value: string): string {
  return Object.keys(names).find((name) => names[name] === value)!;
}

/** What diffusers knows and only one value of which is supported, the first of each list. */
export function firstOfEach(supported: Readonly<Record<string, readonly unknown[]>>): JsonObject {
  return Object.fromEntries(Object.entries(supported).map(([key, [value]]) => [key, value]));
}
