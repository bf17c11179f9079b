import type { ParameterTree } from './parameter-tree.ts';

/** What every `createX(config, rng)` returns, beside the functions of its own kind (generate, encode, predict …). */
export interface Model<Config = unknown> {
  readonly config: Readonly<Config>;
  readonly parameters: ParameterTree;
  /** Frees every parameter. May be called twice; any later use throws `E_DISPOSED`. */
  dispose(): void;
}
