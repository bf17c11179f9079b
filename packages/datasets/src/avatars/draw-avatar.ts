import type { RandomStream } from '@tintype/core-tensor';
import { avatarAttributes } from './avatar-attributes.ts';

/** One avatar before it is drawn. */
export interface AvatarDraw {
  /** What everything but the attributes follows from. */
  readonly seed: string;
  /** 0 or 1 for each of `avatarAttributes`: fair coins, independent of each other and of the seed. */
  readonly attributes: Uint8Array;
}

/** Avatar `index` of a stream: a function of the two alone. */
export function drawAvatar(rng: RandomStream, index: number): AvatarDraw {
  const own = rng.fork(index);
  return {
    seed: own.key.map((word) => word.toString(16).padStart(8, '0')).join(''),
    attributes: Uint8Array.from(avatarAttributes, (name) => own.fork(name).permutation(2)[0]!),
  };
}
