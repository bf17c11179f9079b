/** Kernels on the CPU never give way by themselves; this long a step may keep signals and pages waiting. */
const longestTurnMs = 15;

/** Gives way to timers, signals and clicks whenever the last time is long enough ago. */
export function createBreather(): () => Promise<void> {
  let last = performance.now();
  return async () => {
    if (performance.now() - last < longestTurnMs) return;
    await nextTurn();
    last = performance.now();
  };
}

/** Resolves in a later turn of the event loop (a promise alone would stay in this one). */
function nextTurn(): Promise<void> {
  return new Promise((resolve) => {
    if (typeof setImmediate === 'function') {
      setImmediate(resolve);
      return;
    }
    const { port1, port2 } = new MessageChannel();
    port1.onmessage = () => {
      port1.close();
      resolve();
    };
    port2.postMessage(undefined);
  });
}
