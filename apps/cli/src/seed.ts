/** A whole number where the text is one (as bigint beyond 2⁵³), text otherwise; `1.5` is refused later, as a number. */
export function parseSeed(text: string): number | bigint | string {
  if (!/^[-+]?[\d.]+(e[-+]?\d+)?$/i.test(text)) return text;
  const number = Number(text);
  return /^-?\d+$/.test(text) && !Number.isSafeInteger(number) ? BigInt(text) : number;
}

/** A seed as part of a folder's name. */
export function seedInPath(text: string): string {
  return text.replace(/[^A-Za-z0-9._-]/g, '_').slice(0, 64);
}
