import type { ClockName, MemoryReply, OpenReply, OpenRequest, ProfileReply, TimeReply } from './protocol.ts';

/** One of those who run the same work in turn. Every call may throw `ContestantError`. */
export interface Contestant {
  readonly name: string;
  open(request: Omit<OpenRequest, 'command'>): Promise<OpenReply>;
  time(calls: number, clock: ClockName): Promise<TimeReply>;
  memory(): Promise<MemoryReply>;
  profile(calls: number, clock: ClockName): Promise<ProfileReply>;
  close(): Promise<void>;
}

/** Why a contestant does not run: it is reported, and the others go on. */
export class ContestantError extends Error {
  override readonly name = 'ContestantError';
}
