import { TintypeError, tf } from '@tintype/backend';
import { assertPositiveIntegers } from './assert-options.ts';

export interface SinusoidalTimeEmbeddingOptions {
  /** Numbers per time step; an odd one ends in a zero. */
  size: number;
  /** Cosines first, then sines. @default true, as diffusers' UNet2DModel has it */
  flipSinToCos?: boolean;
  /** Frequencies are maxPeriod^(−i / (size/2 − shift)). @default 0 */
  downscaleFreqShift?: number;
  /** @default 10000 */
  maxPeriod?: number;
}

/** Time steps [b], integer or fractional, |t| ≤ 16384 → float32 [b, size]. */
export type SinusoidalTimeEmbedding = (t: tf.Tensor1D) => tf.Tensor2D;

/**
 * Vaswani et al. (2017), §3.5, with the options of diffusers' get_timestep_embedding:
 * [cos(t·f₀), …, sin(t·f₀), …] with f_i = maxPeriod^(−i / (size/2 − shift)).
 * Within 2e-6 of float64 on every backend: WebGPU's own sin and cos may be off by 5e-4, and a float32 product t·f by
 * 6e-5, so the angle is reduced exactly, in turns, before a polynomial of + and × takes over.
 */
export function createSinusoidalTimeEmbedding(
  options: SinusoidalTimeEmbeddingOptions,
): SinusoidalTimeEmbedding {
  const { size, flipSinToCos = true, downscaleFreqShift = 0, maxPeriod = 10_000 } = options;
  assertPositiveIntegers('createSinusoidalTimeEmbedding', { size });
  const half = Math.floor(size / 2);
  if (half < 1 || half === downscaleFreqShift) {
    throw new TintypeError('E_CONFIG', {
      where: 'createSinusoidalTimeEmbedding',
      what: 'size/2 must be at least 1 and differ from downscaleFreqShift',
      got: size,
    });
  }
  const table = frequencyTable(half, downscaleFreqShift, maxPeriod, flipSinToCos);

  return (t) =>
    tf.tidy(() => {
      const column = tf.reshape(tf.cast(t, 'float32'), [-1, 1]); // [b, 1]
      const turns = fractionOfTurn(column, table); // [b, 2·half]
      const embedding = cosineOfTurns(turns);
      return size % 2 === 0
        ? embedding
        : tf.pad(embedding, [
            [0, 0],
            [0, 1],
          ]); // [b, size]
    });
}

/** Frequencies in turns per time step, cut in two, and the phase that makes a cosine of each column; on the host. */
interface FrequencyTable {
  /** Multiples of 2⁻¹¹, so that their product with an integer up to 2¹⁴ is exact in float32. */
  readonly coarse: Float32Array;
  /** What is left of each frequency. */
  readonly fine: Float32Array;
  /** 0 for a cosine, −1/4 turn for a sine. */
  readonly phase: Float32Array;
}

function frequencyTable(
  half: number,
  shift: number,
  maxPeriod: number,
  cosinesFirst: boolean,
): FrequencyTable {
  const coarse = new Float32Array(2 * half);
  const fine = new Float32Array(2 * half);
  const phase = new Float32Array(2 * half);
  for (let column = 0; column < 2 * half; column++) {
    const frequency = maxPeriod ** (-(column % half) / (half - shift)) / (2 * Math.PI);
    coarse[column] = Math.round(frequency * 2048) / 2048;
    fine[column] = frequency - (coarse[column] ?? 0);
    phase[column] = column < half === cosinesFirst ? 0 : -0.25;
  }
  return { coarse, fine, phase };
}

/** t·frequency + phase without its whole turns, in [−1/2, 1/2]. */
function fractionOfTurn(t: tf.Tensor, { coarse, fine, phase }: FrequencyTable): tf.Tensor2D {
  const whole = tf.floor(t);
  const coarseRow = tf.tensor1d(coarse);
  const exact = withoutWholeTurns(tf.mul(whole, coarseRow));
  const rest = tf.add(tf.mul(t, tf.tensor1d(fine)), tf.mul(tf.sub(t, whole), coarseRow));
  return withoutWholeTurns(tf.add(tf.add(exact, rest), tf.tensor1d(phase))) as tf.Tensor2D;
}

function withoutWholeTurns(turns: tf.Tensor): tf.Tensor {
  return tf.sub(turns, tf.round(turns));
}

/** Minimax coefficients of sin(2πy) = y·P(y²) on |y| ≤ 1/4, error 6e-7. */
const sineOfTurns = [6.283164044301312, -41.33714237095136, 81.34076888289718, -70.99343322844582] as const;

/** cos(2πu) for u in [−1/2, 1/2], as the sine of 1/4 − |u| turns. */
function cosineOfTurns(turns: tf.Tensor2D): tf.Tensor2D {
  const y = tf.sub(0.25, tf.abs(turns)) as tf.Tensor2D;
  const square = tf.square(y);
  const [c1, c3, c5, c7] = sineOfTurns;
  const p5 = tf.add(tf.mul(square, c7), c5);
  const p3 = tf.add(tf.mul(square, p5), c3);
  const p1 = tf.add(tf.mul(square, p3), c1);
  return tf.mul(y, p1);
}
