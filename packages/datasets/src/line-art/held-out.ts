import { withoutVariants } from '../pictures/code-points.ts';

/**
 * Whether a picture belongs to the test set: one in ten, by a hash of its code points alone, so that neither a later
 * version nor another artist moves it. Variants that look alike (skin tone, man, woman, person) fall on one side.
 */
export function isHeldOut(codePoints: string): boolean {
  return hash(withoutVariants(codePoints)) % 10 === 0;
}

/** FNV-1a over the characters, then the finaliser of MurmurHash3, so that the last digit depends on all. */
function hash(text: string): number {
  let value = 0x811c9dc5;
  for (let i = 0; i < text.length; i++) value = Math.imul(value ^ text.charCodeAt(i), 0x01000193);
  value = Math.imul(value ^ (value >>> 16), 0x85ebca6b);
  value = Math.imul(value ^ (value >>> 13), 0xc2b2ae35);
  return (value ^ (value >>> 16)) >>> 0;
}
