import { type BackendInfo, type BackendName, selectBackend } from '@tintype/backend';
import type { FlagValues } from './flags.ts';

/** How a run computes: kept in its recipe.json, so that resuming computes in the same way. */
export interface EngineSettings {
  readonly backend?: BackendName;
  readonly threads?: number;
  readonly deterministic: boolean;
}

/** The flags' settings; what they leave open is as before. */
export function engineSettings(flags: FlagValues, before?: EngineSettings): EngineSettings {
  const backend = flags.oneOf('backend', ['webgpu', 'wasm', 'cpu']) ?? before?.backend;
  const threads = flags.whole('threads', 1) ?? before?.threads;
  return {
    ...(backend && { backend }),
    ...(threads && { threads }),
    deterministic: flags.isSet('deterministic') || (before?.deterministic ?? false),
  };
}

export function startEngine({ backend, threads, deterministic }: EngineSettings): Promise<BackendInfo> {
  return selectBackend({
    ...(backend && { backend }),
    ...(threads && { threads }),
    ...(deterministic && { deterministic }),
  });
}
