import { nodeModule } from './node-modules.ts';

/** The processor's own name where the platform tells it. */
export function processorName(): string {
  const model = nodeModule('node:os')?.cpus()[0]?.model;
  if (model !== undefined) return model.trim();
  const cores = typeof navigator === 'undefined' ? undefined : navigator.hardwareConcurrency;
  return cores === undefined ? 'processor' : `processor with ${cores} cores`;
}
