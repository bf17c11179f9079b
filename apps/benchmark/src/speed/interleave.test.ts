import { expect, test } from 'vitest';
import { createScriptedContestant } from '../contestants/scripted-contestant.test-support.ts';
import { interleave, keepQuietRounds } from './interleave.ts';

const turns = { rounds: 2, calls: 5, warmUpCalls: 9, clock: 'wall' } as const;

test('all warm up, then take turns', async () => {
  const log: string[] = [];
  const contestants = ['ours', 'a', 'b'].map((name) =>
    createScriptedContestant({ name, log, times: [{ milliseconds: [1] }] }),
  );
  const rounds = await interleave(contestants, {
    ...turns,
    waitForIdle: async () => void log.push('idle'),
    onFailure: () => expect.unreachable(),
  });
  const warmUp = ['ours 9', 'a 9', 'b 9'];
  const round = ['idle', 'ours 5', 'a 5', 'b 5'];
  expect(log).toEqual([...warmUp, ...round, ...round]);
  expect(rounds).toHaveLength(2);
});

test('one that fails drops out, is reported once, and the others go on', async () => {
  const failures: string[] = [];
  const ours = createScriptedContestant({ name: 'ours', times: [{ milliseconds: [1] }] });
  const peer = createScriptedContestant({
    name: 'peer',
    times: [{ milliseconds: [2] }, { milliseconds: [3] }, new Error('gone')],
  });
  const rounds = await interleave([ours, peer], {
    ...turns,
    rounds: 3,
    waitForIdle: async () => {},
    onFailure: ({ name }, error) => failures.push(`${name}: ${(error as Error).message}`),
  });
  expect(failures).toEqual(['peer: gone']);
  expect(rounds.map(({ replies }) => replies.map((reply) => reply?.milliseconds))).toEqual([
    [[1], [3]],
    [[1], undefined],
    [[1], undefined],
  ]);
});

test('rounds in which the machine was slow are left out, for all contestants', () => {
  const round = (probe?: number) => ({ replies: [{ milliseconds: [1], probe }, { milliseconds: [2] }] });
  expect(keepQuietRounds([round(50), round(34), round(36)])).toEqual([round(50), round(36)]);
  expect(keepQuietRounds([round(), round()])).toHaveLength(2);
});
