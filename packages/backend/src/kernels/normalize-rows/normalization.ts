import type { Engine } from '../../engine/engine.ts';

/** What one call of either direction works on; pointers in bytes, 0 for what there is not. */
export interface Normalization {
  readonly engine: Engine;
  readonly samples: number;
  readonly positions: number;
  readonly channels: number;
  readonly groups: number;
  readonly epsilon: number;
  readonly isActivated: boolean;
  readonly x: number;
  readonly weight: number;
  readonly bias: number;
  readonly statistics: number;
}
