import { exportRefused } from '../export-refused.ts';
import type { KernelCall } from '../lowering.ts';

/** A number among the attributes of a kernel. Throws `E_CONFIG` where it depends on the batch. */
export function numberOf(call: KernelCall, name: string): number {
  return assertNumber(call.attributes[name], call.kernelName, name);
}

/** A number, or a list of them, as a list. */
export function numbersOf(call: KernelCall, name: string): number[] {
  return [call.attributes[name]].flat().map((value) => assertNumber(value, call.kernelName, name));
}

export function pairsOf(call: KernelCall, name: string): (readonly [number, number])[] {
  const pairs = call.attributes[name] as readonly (readonly unknown[])[];
  return pairs.map((pair) => {
    const [before, after] = pair.map((value) => assertNumber(value, call.kernelName, name));
    return [before!, after!] as const;
  });
}

export function flagOf(call: KernelCall, name: string): boolean {
  return call.attributes[name] === true;
}

function assertNumber(value: unknown, kernelName: string, name: string): number {
  if (typeof value === 'number') return value;
  throw exportRefused(`${name} of ${kernelName} must be numbers that do not depend on the batch`, {
    got: JSON.stringify(value),
  });
}
