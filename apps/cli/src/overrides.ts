import { type JsonValue, nearestName } from '@tintype/core-tensor';
import { splitOnce } from './flags.ts';
import { UsageError } from './usage-error.ts';

/**
 * Applies `key=value` settings to defaults. A value is read as what the default is: a number, true or false, text, or
 * JSON for lists. Throws `UsageError` for an unknown key, naming the nearest, and for a value of another kind.
 */
export function applyOverrides<Settings extends object>(
  defaults: Settings,
  settings: readonly string[],
  flag = '--set',
): Settings {
  const values = { ...defaults } as Record<string, unknown>;
  const seen = new Set<string>();
  for (const setting of settings) {
    const [key, text] = splitOnce(setting, '=');
    if (text === undefined) throw new UsageError(`${flag} ${setting}: expected key=value.`);
    if (!Object.hasOwn(defaults, key)) throw unknownKey(key, Object.keys(defaults), flag);
    if (seen.has(key)) throw new UsageError(`${flag} ${key} is given twice.`);
    seen.add(key);
    values[key] = readValue(key, text, (defaults as Record<string, unknown>)[key], flag);
  }
  return values as Settings;
}

function readValue(key: string, text: string, example: unknown, flag: string): unknown {
  const wrong = (expected: string) =>
    new UsageError(`${flag} ${key}: expected ${expected}, received ${text}.`);
  switch (typeof example) {
    case 'number': {
      const number = Number(text);
      if (text.trim() === '' || !Number.isFinite(number)) throw wrong('a number');
      return number;
    }
    case 'boolean':
      if (text !== 'true' && text !== 'false') throw wrong('true or false');
      return text === 'true';
    case 'string':
      return text;
    default:
      return readJson(text, () => wrong('JSON'));
  }
}

function readJson(text: string, wrong: () => UsageError): JsonValue {
  try {
    return JSON.parse(text);
  } catch {
    throw wrong();
  }
}

function unknownKey(key: string, known: readonly string[], flag: string): UsageError {
  const nearest = nearestName(key, known);
  const advice = nearest === undefined ? '' : ` The nearest is ${nearest}.`;
  return new UsageError(`${flag}: there is no key ${key}.${advice} Known: ${known.join(', ')}.`);
}
