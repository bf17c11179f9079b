import { TintypeError } from '@tintype/core-tensor';

/**
 * Timesteps of a shorter chain, falling, for `customTimesteps`. A list of counts (or '3,9') cuts T into as many sections
 * of equal length and spreads so many timesteps evenly over each, both ends of a section included; 'ddimN' takes every
 * k-th timestep from 0 on, with the integer k that gives exactly N (Nichol & Dhariwal 2021, section 4; their names).
 * Throws `E_CONFIG` where a section is shorter than its count, or no stride gives N.
 */
export function sectionedTimesteps(timesteps: number, sections: string | readonly number[]): number[] {
  if (typeof sections === 'string' && sections.startsWith('ddim')) return strided(timesteps, sections);
  const counts = typeof sections === 'string' ? sections.split(',').map(Number) : sections;
  const size = Math.floor(timesteps / counts.length);
  const longer = timesteps % counts.length;
  let first = 0;
  const rising = counts.flatMap((count, i) => {
    const length = size + (i < longer ? 1 : 0);
    assertSection(count, length, sections);
    const stride = count === 1 ? 1 : (length - 1) / (count - 1);
    const section = Array.from({ length: count }, (_, k) => first + roundHalfToEven(k * stride));
    first += length;
    return section;
  });
  return rising.reverse();
}

function strided(timesteps: number, sections: string): number[] {
  const wanted = Number(sections.slice('ddim'.length));
  for (let stride = 1; stride < timesteps; stride++) {
    const count = Math.ceil(timesteps / stride);
    if (count === wanted) return Array.from({ length: count }, (_, i) => (count - 1 - i) * stride);
  }
  throw refusal(sections, `no stride through ${timesteps} timesteps visits so many`);
}

function roundHalfToEven(value: number): number {
  const below = Math.floor(value);
  if (value - below !== 0.5) return Math.round(value);
  return below % 2 === 0 ? below : below + 1;
}

function assertSection(count: number, length: number, sections: string | readonly number[]): void {
  if (Number.isInteger(count) && count >= 1 && count <= length) return;
  throw refusal(sections, `a section of ${length} timesteps cannot give ${count} of them`);
}

function refusal(got: string | readonly number[], what: string): TintypeError {
  return new TintypeError('E_CONFIG', {
    where: 'sectionedTimesteps',
    what,
    got,
    expected: "counts of at least 1 that fit their sections, or 'ddimN'",
  });
}
