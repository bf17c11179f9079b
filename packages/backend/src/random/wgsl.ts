import {
  cosineCoefficients,
  ln2High,
  ln2Low,
  logCoefficients,
  sineCoefficients,
  sqrtTwoFraction,
} from './box-muller-coefficients.ts';
import { threefryParity, threefryRotations } from './threefry.ts';

/** Four rounds and the key injection after them, by the group's number 0 … 4. */
function roundGroup(group: number): string {
  const rotations = threefryRotations.slice((group % 2) * 4, (group % 2) * 4 + 4);
  const rounds = rotations.map(
    (distance) => `x.x = x.x + x.y; x.y = ((x.y << ${distance}u) | (x.y >> ${32 - distance}u)) ^ x.x;`,
  );
  const first = `k[${(group + 1) % 3}]`;
  const second = `k[${(group + 2) % 3}]`;
  return `${rounds.join('\n    ')}\n    x = x + vec2<u32>(${first}, ${second} + ${group + 1}u);`;
}

/** `threefry2x32(key, counter)`, the twin of threefry.ts. */
export const threefryWgsl = `
  fn threefry2x32(key : vec2<u32>, counter : vec2<u32>) -> vec2<u32> {
    let k = vec3<u32>(key.x, key.y, ${threefryParity}u ^ key.x ^ key.y);
    var x = counter + key;
    ${[0, 1, 2, 3, 4].map(roundGroup).join('\n    ')}
    return x;
  }
`;

const literal = (value: number): string => `${Number.isInteger(value) ? value.toFixed(1) : value}f`;

/** Horner's rule with the argument `x`, highest degree first. */
function horner(coefficients: readonly number[], x: string): string {
  const [highest, ...lower] = [...coefficients].reverse().map(literal);
  return lower.reduce((sum, coefficient) => `(${sum} * ${x} + ${coefficient})`, highest as string);
}

/** `boxMuller(words)`, the twin of box-muller.ts in float32. */
export const boxMullerWgsl = `
  fn radius(bits : u32) -> f32 {
    let zeros = countLeadingZeros(bits);
    let fraction = (((bits << (zeros & 31u)) << 1u) | (1u << (zeros & 31u))) >> 9u;
    let isUpper = fraction > ${sqrtTwoFraction}u;
    let twice = 2 * i32(fraction) + 1;
    let f = select(f32(twice) * ${literal(2 ** -24)}, f32(twice - 0x1000000) * ${literal(2 ** -25)}, isUpper);
    let k = f32(select(zeros + 1u, zeros, isUpper));
    let f2 = f * f;
    let q = ${horner(logCoefficients, 'f')};
    let tail = (f2 * f) * q - 0.5f * f2;
    let log = f + (tail - k * ${literal(ln2Low)});
    let x = 2.0f * (k * ${literal(ln2High)} - log);
    // one step of Newton's rule on top of the driver's square root, which may be several bits off
    let root = sqrt(x);
    return root + 0.5f * (x - root * root) * inverseSqrt(x);
  }

  fn boxMuller(words : vec2<u32>) -> vec2<f32> {
    let r = radius(words.x);
    let quadrant = (words.y + 0x20000000u) >> 30u;
    let residual = bitcast<i32>(words.y - (quadrant << 30u));
    let y = f32(2 * (residual >> 6u) + 1) * ${literal(2 ** -25)};
    let z = y * y;
    let sine = y * ${horner(sineCoefficients, 'z')};
    let cosine = 1.0f + z * ${horner(cosineCoefficients, 'z')};
    let isSwapped = (quadrant & 1u) == 1u;
    let x0 = r * select(cosine, sine, isSwapped);
    let x1 = r * select(sine, cosine, isSwapped);
    return vec2<f32>(
      select(x0, -x0, quadrant == 1u || quadrant == 2u),
      select(x1, -x1, quadrant >= 2u));
  }
`;
