import { drawFeatures } from './drawn-features.test-support.ts';
import type { Features } from './features.ts';

/** Modes along the first axis, 100 apart, of unit spread: rows ordered by mode. */
export async function drawModes(modes: number, perMode: number, seed: string): Promise<Features> {
  const dimension = 3;
  const drawn = await drawFeatures({ count: modes * perMode, dimension, seed });
  const values = Float64Array.from(drawn.values, (value, at) => {
    const mode = Math.floor(at / (perMode * dimension));
    return at % dimension === 0 ? value + 100 * mode : value;
  });
  return { ...drawn, values };
}

/** The first rows of a set. */
export const firstRows = ({ dimension, values }: Features, count: number): Features => ({
  count,
  dimension,
  values: values.subarray(0, count * dimension),
});

/** Every value moved by the same amount. */
export const shifted = (features: Features, by: number): Features => ({
  ...features,
  values: Float64Array.from(features.values, (value) => value + by),
});
