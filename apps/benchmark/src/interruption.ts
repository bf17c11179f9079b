/** What SIGINT and SIGTERM ask for: the first a clean end, the second the end at once. */
export interface Interruption {
  readonly signal: AbortSignal;
  stopListening(): void;
}

const exitCodes = { SIGINT: 130, SIGTERM: 143 } as const;

export function listenForInterruption(note: (text: string) => void): Interruption {
  const controller = new AbortController();
  const stop = (name: keyof typeof exitCodes) => {
    if (controller.signal.aborted) process.exit(exitCodes[name]);
    note(`\n${name}: finishing this step and saving. Once more to stop at once.\n`);
    controller.abort();
  };
  const onInterrupt = () => stop('SIGINT');
  const onTerminate = () => stop('SIGTERM');
  process.on('SIGINT', onInterrupt).on('SIGTERM', onTerminate);
  return {
    signal: controller.signal,
    stopListening: () => void process.off('SIGINT', onInterrupt).off('SIGTERM', onTerminate),
  };
}
