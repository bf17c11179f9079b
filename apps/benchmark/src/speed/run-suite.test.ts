import { expect, test } from 'vitest';
import { createScriptedContestant, type Script } from '../contestants/scripted-contestant.test-support.ts';
import { type RunOptions, runSuite } from './run-suite.ts';

const times = [{ milliseconds: [2], probe: 50 }];

function run(peers: readonly Script[], ours: Script = { name: 'ours', times }) {
  const notes: string[] = [];
  const options: RunOptions = {
    suite: 'vae',
    cases: [{ system: 'vae', workload: { kind: 'step', model: 'vae', batch: 2 }, calls: 1, warmUpCalls: 1 }],
    makers: {
      ours: () => createScriptedContestant(ours),
      peers: peers.map((script) => () => createScriptedContestant(script)),
    },
    threads: 1,
    rounds: 2,
    clock: 'wall',
    provenance: { commit: '', date: '' },
    note: (text) => notes.push(text),
    waitForIdle: async () => {},
  };
  return runSuite(options);
}

test('a record for each peer, and one for the heap; everyone is closed', async () => {
  const log: string[] = [];
  const peer = { name: 'peer', log, times: [{ milliseconds: [1] }] };
  const records = await run([peer]);
  expect(records.map(({ metric, peer: name, ratio }) => [metric, name, ratio])).toEqual([
    ['stepTime', 'peer', 2],
    ['heap', undefined, undefined],
  ]);
  expect(log.at(-1)).toBe('peer close');
});

test.each<[string, Partial<Script>, RegExp]>([
  ['does not open', { open: new Error('no such program') }, /no such program/],
  [
    'computes something else',
    { open: { check: { loss: 1.1 } } },
    /does not compute the same: its loss is 1.1/,
  ],
  ['has another model', { open: { parameters: 3 } }, /3 parameters/],
  ['hangs in the second round', { times: [...times, ...times, new Error('no answer')] }, /no answer/],
])('a peer that %s is reported as missing and the other one is not', async (_, script, why) => {
  const records = await run([
    { name: 'bad', times, ...script },
    { name: 'good', times },
  ]);
  expect(records.slice(0, 2)).toMatchObject([
    { peer: 'bad', peerMissing: expect.stringMatching(why) },
    { peer: 'good', ratio: 1 },
  ]);
  expect(records[0]).not.toHaveProperty('ratio');
});

test('where ours does not run there is nothing to report', async () => {
  await expect(run([], { name: 'ours', open: new Error('broken'), times })).rejects.toThrow('broken');
  await expect(run([], { name: 'ours', times: [new Error('hangs')] })).rejects.toThrow('hangs');
});
