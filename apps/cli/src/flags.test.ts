import type { ArgsDef } from 'citty';
import { expect, test } from 'vitest';
import { readFlags } from './flags.ts';
import { UsageError } from './usage-error.ts';

const definitions: ArgsDef = {
  recipe: { type: 'positional' },
  steps: { type: 'string' },
  set: { type: 'string' },
  json: { type: 'boolean' },
  help: { type: 'boolean', alias: 'h' },
};

const read = (...args: string[]) => readFlags(args, definitions);

test('values come after a space or an equals sign, flags in any order', () => {
  const flags = read('--steps', '40', 'vae', '--json', '--set=a=1', '--set', 'b=2');
  expect(flags.positionals).toEqual(['vae']);
  expect(flags.whole('steps', 1)).toBe(40);
  expect(flags.all('set')).toEqual(['a=1', 'b=2']);
  expect(flags.isSet('json')).toBe(true);
  expect(flags.isSet('help')).toBe(false);
});

test.each([
  ['an unknown flag with the nearest', ['vae', '--setps', '4'], 'The nearest is --steps'],
  ['a value that is missing', ['vae', '--steps'], '--steps needs a value'],
  ['a flag in place of a value', ['vae', '--steps', '--json'], '--steps needs a value'],
  ['a value for a switch', ['vae', '--json=yes'], '--json takes no value'],
  ['a flag given twice', ['vae', '--steps', '1', '--steps', '2'], '--steps is given twice'],
  ['a missing argument', ['--json'], 'RECIPE is missing'],
  ['an argument too many', ['vae', 'gan'], 'Unexpected argument gan'],
])('refuses %s', (_, args, message) => {
  expect(() => read(...args)).toThrow(UsageError);
  expect(() => read(...args)).toThrow(message);
});

test('whole numbers and choices are checked', () => {
  for (const wrong of ['1.5', '-1', 'abc', '', '1e3', '99999999999999999999']) {
    expect(() => read('vae', `--steps=${wrong}`).whole('steps', 1)).toThrow('whole number');
  }
  expect(() => read('vae', '--steps=0').whole('steps', 1)).toThrow('at least 1');
  expect(() => read('vae', '--steps=x').oneOf('steps', ['a', 'b'])).toThrow('one of a, b');
});

test('asking for help needs no arguments', () => {
  expect(read('-h').isSet('help')).toBe(true);
});
