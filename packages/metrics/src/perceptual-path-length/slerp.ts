/** A row of numbers on the way from one to another. */
export type Interpolation = (a: Float64Array, b: Float64Array, t: number) => Float64Array;

/** The straight way: a + t (b − a). */
export const lerp: Interpolation = (a, b, t) => a.map((value, i) => value + t * (b[i]! - value));

/**
 * The way over the sphere (Shoemake 1985; White 2016, arXiv 1609.04468): the direction turns from a to b at an even rate, and
 * the length goes evenly from |a| to |b|, so that between two draws of N(0, I) it stays one that such draws have. Straight
 * where a direction is missing or both are the same; of opposite directions there is no one way, and it goes through 0.
 */
export const slerp: Interpolation = (a, b, t) => {
  const [lengthA, lengthB] = [norm(a), norm(b)];
  const cosine = a.reduce((sum, value, i) => sum + value * b[i]!, 0) / (lengthA * lengthB);
  const angle = Math.acos(Math.min(1, Math.max(-1, cosine)));
  const sine = Math.sin(angle);
  if (!(sine > 1e-7)) return lerp(a, b, t);
  const length = lengthA + t * (lengthB - lengthA);
  const ofA = (length * Math.sin((1 - t) * angle)) / (sine * lengthA);
  const ofB = (length * Math.sin(t * angle)) / (sine * lengthB);
  return a.map((value, i) => ofA * value + ofB * b[i]!);
};

function norm(values: Float64Array): number {
  return Math.sqrt(values.reduce((sum, value) => sum + value * value, 0));
}
