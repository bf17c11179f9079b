import { expect, test } from 'vitest';
import { createChildContestant } from './child-contestant.ts';

/** A process that runs this for every line that it is sent; `answer` writes a result. */
function child(onLine: string, timeoutMs = 20_000) {
  const program = `
    const answer = (id, result) => console.log(JSON.stringify({ id, result }));
    require('readline').createInterface({ input: process.stdin }).on('line', (line) => {
      const { id, command, ...rest } = JSON.parse(line);
      ${onLine}
    });`;
  return createChildContestant('peer', {
    command: process.execPath,
    args: ['-e', program],
    timeoutMs,
    note: () => {},
  });
}

test('asks and gets answers, whatever else is printed between them', async () => {
  const peer = child(
    "console.log('warming up'); console.log('{}'); answer(id, { milliseconds: [rest.calls] });",
  );
  expect(await peer.time(3, 'wall')).toEqual({ milliseconds: [3] });
  expect(await peer.time(4, 'wall')).toEqual({ milliseconds: [4] });
  await peer.close();
});

test('an error that it tells is thrown, and it may be asked again', async () => {
  const peer = child(
    "console.log(JSON.stringify(rest.calls > 1 ? { id, error: 'too many' } : { id, result: 1 }));",
  );
  await expect(peer.time(2, 'wall')).rejects.toThrow('peer: too many');
  expect(await peer.time(1, 'wall')).toBe(1);
  await peer.close();
});

test('one that answers nothing is ended and named', async () => {
  const peer = child('', 300);
  await expect(peer.time(1, 'wall')).rejects.toThrow('peer gave no answer to time within 0.3 s');
  await expect(peer.memory()).rejects.toThrow('gave no answer');
  await peer.close();
});

test('one that dies leaves its last words', async () => {
  const peer = child(
    "process.stderr.write('no module named torch'); process.exitCode = 3; process.stdin.destroy();",
  );
  await expect(peer.time(1, 'wall')).rejects.toThrow(/peer ended \(exit code 3\): no module named torch/);
});

test('a program that does not exist is reported', async () => {
  const peer = createChildContestant('peer', {
    command: '/no/such/python',
    args: [],
    timeoutMs: 20_000,
    note: () => {},
  });
  await expect(peer.time(1, 'wall')).rejects.toThrow(/peer did not start: .*ENOENT/);
  await peer.close();
});
