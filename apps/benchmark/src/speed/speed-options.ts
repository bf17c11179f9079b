import { availableParallelism } from 'node:os';
import { type PeerName, peerNames } from '../contestants/peers.ts';
import type { ClockName } from '../contestants/protocol.ts';
import { nearestAdvice, readFlags, wholeFlag } from '../flags.ts';
import { UsageError } from '../usage-error.ts';
import { type SuiteName, suiteNames } from '../workloads/suites.ts';

/** What `bench speed` is asked to do. */
export interface SpeedOptions {
  readonly suites: readonly SuiteName[];
  /** Beginnings of the rows' names; none are all rows. */
  readonly systems: readonly string[];
  readonly peers: readonly PeerName[];
  readonly python?: string;
  readonly threads: number;
  readonly rounds: number;
  readonly clock: ClockName;
  /** The longest wait for an idle machine before a round, in seconds. */
  readonly idleTimeout: number;
  /** The longest that a contestant may take for one answer, in seconds. */
  readonly timeout: number;
  readonly isJson: boolean;
  readonly out?: string;
  readonly isQuick: boolean;
  readonly isChecking: boolean;
  readonly isProfiling: boolean;
  readonly isHelp: boolean;
}

export const speedUsage = `bench speed [flags]

  --suites a,b        ${suiteNames.join(', ')} (default: all)
  --systems a,b       rows whose names begin so (default: all)
  --peer a,b          ${peerNames.join(', ')} (default: none)
  --python PATH       a Python with torch, numpy and safetensors, for the peer pytorch (default: python3)
  --threads N         threads of every contestant that can (default: logical processors, at most 8)
  --rounds R          turns of each contestant (default: 10)
  --cpu-time          counts processor time instead of the wall clock: for a busy machine, with --threads 1
  --quick             one small product in each transposition: does everything work?
  --check             compares with the promised figures; exit code 1 where one is missed
  --profile           time by kernel instead of comparisons
  --json              one JSON document on stdout, everything else on stderr
  --out FILE          the JSON document goes to this file too
  --backends wasm     the one backend that this suite measures
  --idle-timeout S    longest wait for an idle machine before a round (default: 20)
  --timeout S         longest wait for one answer of a contestant (default: 300)`;

const flags = {
  suites: { type: 'string' },
  systems: { type: 'string' },
  backends: { type: 'string' },
  peer: { type: 'string' },
  python: { type: 'string' },
  threads: { type: 'string' },
  rounds: { type: 'string' },
  out: { type: 'string' },
  'idle-timeout': { type: 'string' },
  timeout: { type: 'string' },
  json: { type: 'boolean' },
  'cpu-time': { type: 'boolean' },
  quick: { type: 'boolean' },
  check: { type: 'boolean' },
  profile: { type: 'boolean' },
  help: { type: 'boolean', short: 'h' },
} as const;

/** Throws `UsageError` for anything that cannot be meant. */
export function parseSpeedOptions(args: readonly string[]): SpeedOptions {
  const values = readFlags(args, flags);
  list('backends', values.backends, ['wasm'] as const);
  return {
    suites: list('suites', values.suites, suiteNames) ?? suiteNames,
    systems: values.systems?.split(',') ?? [],
    peers: list('peer', values.peer, peerNames) ?? [],
    ...(values.python !== undefined && { python: values.python }),
    threads: wholeFlag('threads', values.threads, 1) ?? Math.min(availableParallelism(), 8),
    rounds: wholeFlag('rounds', values.rounds, 1) ?? 10,
    clock: values['cpu-time'] === true ? 'cpu' : 'wall',
    idleTimeout: wholeFlag('idle-timeout', values['idle-timeout'], 0) ?? 20,
    timeout: wholeFlag('timeout', values.timeout, 1) ?? 300,
    isJson: values.json === true,
    ...(values.out !== undefined && { out: values.out }),
    isQuick: values.quick === true,
    isChecking: values.check === true,
    isProfiling: values.profile === true,
    isHelp: values.help === true,
  };
}

function list<Name extends string>(
  flag: string,
  text: string | undefined,
  known: readonly Name[],
): readonly Name[] | undefined {
  return text?.split(',').map((name) => {
    const found = known.find((each) => each === name);
    if (found !== undefined) return found;
    throw new UsageError(
      `--${flag}: there is no ${name}.${nearestAdvice(name, known)} Known: ${known.join(', ')}.`,
    );
  });
}
