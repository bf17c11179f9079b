/**
 * What a picture shows, as hexadecimal code points joined by hyphens. Artists name the same picture differently
 * ("elf", "person-elf"); by its code points it is the same in every set.
 */

/** Lower case, four digits at least, without the variation selector that some sets write and others leave out. */
export function normalizeCodePoints(text: string): string {
  return text
    .toLowerCase()
    .split('-')
    .filter((point) => point !== 'fe0f')
    .map((point) => point.padStart(4, '0'))
    .join('-');
}

/** Orders by the first code point that differs. */
export function compareCodePoints(a: string, b: string): number {
  const [as, bs] = [a.split('-'), b.split('-')];
  const place = as.findIndex((point, i) => point !== bs[i]);
  if (place === -1) return as.length - bs.length;
  return bs[place] === undefined ? 1 : Number.parseInt(as[place]!, 16) - Number.parseInt(bs[place]!, 16);
}

/** Whether the picture is a variant by one of the five modifiers of skin tone (UTS #51). */
export function hasSkinTone(codePoints: string): boolean {
  return /1f3f[b-f]/.test(codePoints);
}

const people = ['1f468', '1f469', '1f9d1'];
const joinersAndSigns = ['200d', '2640', '2642', '1f9b0', '1f9b1', '1f9b2', '1f9b3'];
/** Couples, which have a code of their own and one made of two people. */
const couples: ReadonlyMap<string, string> = new Map([
  ['person-2764-1f48b-person', '1f48f'],
  ['person-2764-person', '1f491'],
]);

/**
 * The same text for variants that look alike: without skin tone, hair and sign of gender, and with man, woman and
 * person as one. Sets that must not share pictures are told apart by it.
 */
export function withoutVariants(codePoints: string): string {
  const text = codePoints
    .split('-')
    .filter((point) => !joinersAndSigns.includes(point) && !hasSkinTone(point))
    .map((point) => (people.includes(point) ? 'person' : point))
    .join('-');
  return couples.get(text) ?? text;
}
