import type { ClockName } from '../contestants/protocol.ts';

/** In milliseconds. */
export const clocks: Readonly<Record<ClockName, () => number>> = {
  wall: () => performance.now(),
  cpu: () => {
    const { user, system } = process.cpuUsage();
    return (user + system) / 1000;
  },
};
