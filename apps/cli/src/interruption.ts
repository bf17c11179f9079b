/** The first SIGINT or SIGTERM asks for a clean end; the second ends the process at once. */
export interface Interruption {
  readonly signal: AbortSignal;
  /** 130 or 143 after a signal. */
  readonly exitCode: number | undefined;
  dispose(): void;
}

const exitCodes = { SIGINT: 130, SIGTERM: 143 } as const;

export function watchSignals(note: (text: string) => void): Interruption {
  const controller = new AbortController();
  let exitCode: number | undefined;
  const listeners = Object.entries(exitCodes).map(([name, code]) => {
    const listener = () => {
      if (exitCode !== undefined) process.exit(code);
      exitCode = code;
      note(`\n${name}: finishing this step and saving. Once more to stop at once.\n`);
      controller.abort();
    };
    process.on(name, listener);
    return () => process.off(name, listener);
  });
  return {
    signal: controller.signal,
    get exitCode() {
      return exitCode;
    },
    dispose: () => {
      for (const stop of listeners) stop();
    },
  };
}
