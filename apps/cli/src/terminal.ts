/** Where a command writes to: the process's own streams, or a test's. */
export interface Terminal {
  /** Results: with `--json`, exactly one document. */
  out(text: string): void;
  /** Everything else: progress, notes, errors. */
  note(text: string): void;
  /** True where lines can be drawn over. */
  readonly isInteractive: boolean;
}

export function createProcessTerminal(): Terminal {
  return {
    out: (text) => void process.stdout.write(`${text}\n`),
    note: (text) => void process.stderr.write(text),
    isInteractive: process.stderr.isTTY === true,
  };
}
