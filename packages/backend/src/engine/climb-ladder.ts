import { nodeModule } from '../device/node-modules.ts';
import type { Engine } from './engine.ts';
import { openEngine } from './open-engine.ts';
import { probeThreads } from './probe-threads.ts';
import { hasRelaxedSimd } from './relaxed-simd.ts';
import type { WasmMemory } from './wasm-memory.ts';

export interface LadderOptions {
  /** @default min(logical cores, 8), halved where a probe shows that twice the threads bring nothing */
  readonly threads?: number;
  /** The SIMD build, whose multiply-adds round the same on every processor, on one thread. */
  readonly deterministic?: boolean;
  readonly assetBaseUrl?: string;
  onLost(reason: string): void;
}

/** The rung that was reached, and why none above it was. */
export interface Rung {
  readonly engine: Engine | undefined;
  readonly notes: readonly string[];
}

const mostThreads = 8;

/**
 * The best that works here of: relaxed SIMD on several threads, relaxed SIMD, SIMD (each on threads where memory is
 * shared), and no engine, where only tfjs's kernels run.
 */
export async function climbLadder(memory: WasmMemory, options: LadderOptions): Promise<Rung> {
  const { deterministic = false, assetBaseUrl, onLost } = options;
  const notes: string[] = [];
  const wanted = deterministic ? 1 : (options.threads ?? Math.min(logicalCores(), mostThreads));
  const threadCounts = wanted > 1 && memory.isShared ? [wanted, 1] : [1];
  const builds = deterministic ? [false] : [true, false];
  if (!deterministic && !hasRelaxedSimd()) {
    builds.shift();
    notes.push('this engine has no relaxed SIMD');
  }
  for (const isRelaxed of builds) {
    for (const threads of threadCounts) {
      try {
        const engine = await openEngine(memory, { isRelaxed, threads, assetBaseUrl, onLost });
        if (threads > 1 && options.threads === undefined) notes.push(...(await halveIfIdle(engine)));
        return { engine, notes };
      } catch (error) {
        notes.push(
          `${nameOf(isRelaxed, threads)}: ${error instanceof Error ? error.message : String(error)}`,
        );
      }
    }
  }
  return { engine: undefined, notes: [...notes, "only tfjs's kernels run"] };
}

async function halveIfIdle(engine: Engine): Promise<string[]> {
  const full = engine.threads;
  const useful = probeThreads(engine);
  if (useful === full) return [];
  await engine.shrinkTo(useful);
  return [`${full} threads were no faster than ${useful}`];
}

function nameOf(isRelaxed: boolean, threads: number): string {
  return `${isRelaxed ? 'relaxed SIMD' : 'SIMD'} kernels on ${threads} ${threads === 1 ? 'thread' : 'threads'}`;
}

function logicalCores(): number {
  return nodeModule('node:os')?.availableParallelism() ?? globalThis.navigator?.hardwareConcurrency ?? 1;
}
