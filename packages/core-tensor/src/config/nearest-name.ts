import { closest, distance } from 'fastest-levenshtein';

/** The known name that a misspelt one most likely stands for; nothing where none is near. */
export function nearestName(name: string, known: readonly string[]): string | undefined {
  if (known.length === 0) return undefined;
  const nearest = closest(name, known);
  return distance(name, nearest) <= Math.max(2, name.length / 2) ? nearest : undefined;
}
