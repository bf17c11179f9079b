import { TintypeError } from '@tintype/backend';

/** How the tensors of a file and those that are expected differ, by name. */
export interface Mismatch {
  /** Expected, but not in the file. */
  readonly missing: readonly string[];
  /** In the file, but not expected. */
  readonly unexpected: readonly string[];
  /** In both, of another shape or type. */
  readonly mismatched: readonly { readonly name: string; readonly got: string; readonly expected: string }[];
}

const shownNames = 10;

/** Compares two sets of tensors, each as name → description of type and shape. */
export function compareTensors(
  received: ReadonlyMap<string, string>,
  expected: ReadonlyMap<string, string>,
): Mismatch {
  return {
    missing: [...expected.keys()].filter((name) => !received.has(name)),
    unexpected: [...received.keys()].filter((name) => !expected.has(name)),
    mismatched: [...expected].flatMap(([name, description]) => {
      const got = received.get(name);
      return got === undefined || got === description ? [] : [{ name, got, expected: description }];
    }),
  };
}

export function mismatchError(where: string, { missing, unexpected, mismatched }: Mismatch): TintypeError {
  const parts = [
    list('missing', missing),
    list('unexpected', unexpected),
    list(
      'of another shape or type',
      mismatched.map(({ name, got, expected }) => `${name} (got ${got}, expected ${expected})`),
    ),
  ];
  return new TintypeError('E_CHECKPOINT_MISMATCH', {
    where,
    what: `the file is not of this model: ${parts.filter((part) => part !== '').join('; ')}`,
    remedy: 'Create the model with the configuration the file was made with; nothing has been changed',
  });
}

function list(title: string, names: readonly string[]): string {
  if (names.length === 0) return '';
  const more = names.length > shownNames ? ` and ${names.length - shownNames} more` : '';
  return `${names.length} ${title}: ${names.slice(0, shownNames).join(', ')}${more}`;
}

/** A type and shape in words, for comparing and for messages. */
export function describeTensor(dtype: string, shape: readonly number[]): string {
  return `${dtype} [${shape.join(', ')}]`;
}
