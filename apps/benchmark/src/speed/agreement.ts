import type { OpenReply } from '../contestants/protocol.ts';

/** Losses of equal weights and inputs differ by rounding alone. */
const tolerance = 2e-3;

/** Why two contestants do not compute the same, or undefined where they do. */
export function disagreement(ours: OpenReply, theirs: OpenReply): string | undefined {
  if (ours.parameters !== theirs.parameters) {
    return `it has ${theirs.parameters} parameters, ours ${ours.parameters}`;
  }
  for (const [name, value] of Object.entries(ours.check)) {
    const other = theirs.check[name];
    if (other === undefined) return `it does not say its ${name}`;
    if (!(Math.abs(other - value) <= tolerance * Math.abs(value)))
      return `its ${name} is ${other}, ours ${value}`;
  }
  return undefined;
}
