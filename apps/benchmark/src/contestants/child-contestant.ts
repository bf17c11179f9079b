import { type ChildProcess, spawn } from 'node:child_process';
import { createInterface } from 'node:readline';
import { type Contestant, ContestantError } from './contestant.ts';
import type { MemoryReply, OpenReply, ProfileReply, Request, TimeReply } from './protocol.ts';

export interface ChildOptions {
  readonly command: string;
  readonly args: readonly string[];
  readonly environment?: Readonly<Record<string, string>>;
  /** The longest that one answer may take. */
  readonly timeoutMs: number;
  /** What the process says on its standard error. */
  readonly note: (text: string) => void;
}

interface Waiting {
  readonly resolve: (result: unknown) => void;
  readonly reject: (error: Error) => void;
}

const lastWordsLength = 400;

/** A contestant in a process of its own, which speaks the protocol of protocol.ts. It starts with the first request. */
export function createChildContestant(name: string, options: ChildOptions): Contestant {
  let child: ChildProcess | undefined;
  let failure: ContestantError | undefined;
  let lastWords = '';
  let nextId = 0;
  const waiting = new Map<number, Waiting>();

  const fail = (what: string) => {
    failure ??= new ContestantError(`${name} ${what}`);
    for (const { reject } of waiting.values()) reject(failure);
    waiting.clear();
  };

  function start(): ChildProcess {
    const started = spawn(options.command, options.args, { env: { ...process.env, ...options.environment } });
    started.on('error', ({ message }) => fail(`did not start: ${message}`));
    started.on('close', (code, signal) => {
      fail(`ended (${signal ?? `exit code ${code}`})${lastWords === '' ? '' : `: ${lastWords.trim()}`}`);
    });
    started.stdin.on('error', () => {}); // its end is reported by `close`
    started.stderr.on('data', (text) => {
      lastWords = `${lastWords}${text}`.slice(-lastWordsLength);
      options.note(String(text));
    });
    createInterface({ input: started.stdout }).on('line', (line) => settle(line));
    return started;
  }

  function settle(line: string): void {
    const answer = parseAnswer(line);
    const asker = answer && waiting.get(answer.id);
    if (!asker) {
      options.note(`${name}: ${line}\n`);
      return;
    }
    waiting.delete(answer.id);
    if (answer.error === undefined) asker.resolve(answer.result);
    else asker.reject(new ContestantError(`${name}: ${answer.error}`));
  }

  async function ask<Reply>(request: Request): Promise<Reply> {
    if (failure) throw failure;
    child ??= start();
    const { stdin } = child;
    const id = nextId++;
    const timer = setTimeout(() => {
      fail(`gave no answer to ${request.command} within ${options.timeoutMs / 1000} s`);
      child?.kill('SIGKILL');
    }, options.timeoutMs);
    try {
      return await new Promise<Reply>((resolve, reject) => {
        waiting.set(id, { resolve: resolve as (result: unknown) => void, reject });
        stdin?.write(`${JSON.stringify({ id, ...request })}\n`);
      });
    } finally {
      clearTimeout(timer);
    }
  }

  return {
    name,
    open: (request) => ask<OpenReply>({ command: 'open', ...request }),
    time: (calls, clock) => ask<TimeReply>({ command: 'time', calls, clock }),
    memory: () => ask<MemoryReply>({ command: 'memory' }),
    profile: (calls, clock) => ask<ProfileReply>({ command: 'profile', calls, clock }),
    close: () => endChild(child),
  };
}

function parseAnswer(line: string): { id: number; result?: unknown; error?: string } | undefined {
  try {
    const answer: unknown = JSON.parse(line);
    const isAnswer = typeof answer === 'object' && answer !== null && 'id' in answer;
    return isAnswer ? (answer as { id: number }) : undefined;
  } catch {
    return undefined;
  }
}

const graceMs = 2000;

/** Closes its input, at which it ends by itself, or is ended. */
async function endChild(child: ChildProcess | undefined): Promise<void> {
  if (child === undefined || child.exitCode !== null || child.signalCode !== null || child.pid === undefined)
    return;
  const ended = new Promise<void>((resolve) => child.once('close', () => resolve()));
  const timer = setTimeout(() => child.kill('SIGKILL'), graceMs);
  child.stdin?.end();
  await ended;
  clearTimeout(timer);
}
