/**
 * Where runs and checkpoints live: a file system now, browser storage later.
 * Paths are relative, `/`-separated, each part of `[A-Za-z0-9._-]{1,128}`; anything else throws `E_PATH`.
 */
export interface Storage {
  /** Throws `E_NO_RUN` where there is no such file. */
  read(path: string): Promise<Uint8Array>;
  /** Durable and atomic: afterwards the file holds either its old or its new content, whole. */
  write(path: string, content: Uint8Array): Promise<void>;
  /** Adds to the end of a file, creating it. */
  append(path: string, content: Uint8Array): Promise<void>;
  /** Moves a file or folder in one step; replaces an existing file. */
  rename(from: string, to: string): Promise<void>;
  /** Removes a file or a folder with all it holds; nothing happens where there is none. */
  remove(path: string): Promise<void>;
  /** Names in a folder (`''` is the root), sorted; empty where there is none. */
  list(path: string): Promise<readonly string[]>;
  exists(path: string): Promise<boolean>;
}
