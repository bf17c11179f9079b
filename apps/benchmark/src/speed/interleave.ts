import type { Contestant } from '../contestants/contestant.ts';
import type { ClockName, TimeReply } from '../contestants/protocol.ts';

/** What one contestant did in one round; `undefined` from the round on in which it failed. */
export interface Round {
  readonly replies: readonly (TimeReply | undefined)[];
}

export interface InterleaveOptions {
  readonly rounds: number;
  readonly calls: number;
  readonly warmUpCalls: number;
  readonly clock: ClockName;
  /** Called before each round. */
  readonly waitForIdle: () => Promise<void>;
  readonly onFailure: (contestant: Contestant, error: unknown) => void;
}

/**
 * All contestants warm up, then take turns: ours, peer, peer, ours, peer, peer … One that fails drops out and the
 * others go on.
 */
export async function interleave(
  contestants: readonly Contestant[],
  { rounds, calls, warmUpCalls, clock, waitForIdle, onFailure }: InterleaveOptions,
): Promise<readonly Round[]> {
  const failed = new Set<Contestant>();
  const turn = async (contestant: Contestant, count: number): Promise<TimeReply | undefined> => {
    if (failed.has(contestant)) return undefined;
    try {
      return await contestant.time(count, clock);
    } catch (error) {
      failed.add(contestant);
      onFailure(contestant, error);
      return undefined;
    }
  };

  for (const contestant of contestants) await turn(contestant, warmUpCalls);
  const done: Round[] = [];
  for (let round = 0; round < rounds; round++) {
    await waitForIdle();
    const replies: (TimeReply | undefined)[] = [];
    for (const contestant of contestants) replies.push(await turn(contestant, calls));
    done.push({ replies });
  }
  return done;
}

/** The least share of the best probe at which a round still counts. */
const leastProbeShare = 0.7;

/** Leaves out rounds in which the machine was slow: where the first contestant's probe fell under 70 % of its best. */
export function keepQuietRounds(rounds: readonly Round[]): readonly Round[] {
  const probeOf = ({ replies }: Round) => replies[0]?.probe;
  const best = Math.max(...rounds.map((round) => probeOf(round) ?? 0));
  return rounds.filter((round) => {
    const probe = probeOf(round);
    return probe === undefined || probe >= leastProbeShare * best;
  });
}
