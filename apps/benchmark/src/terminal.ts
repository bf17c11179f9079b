/** Where the program writes to: the process's own streams, or a test's. */
export interface Terminal {
  /** Results: with `--json`, exactly one document. */
  out(text: string): void;
  /** Everything else. */
  note(text: string): void;
}

export function createProcessTerminal(): Terminal {
  return {
    out: (text) => void process.stdout.write(`${text}\n`),
    note: (text) => void process.stderr.write(text),
  };
}
