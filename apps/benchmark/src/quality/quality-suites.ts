import type { QualitySuite } from './quality-suite.ts';
import { monitorsSuite } from './suites/monitors.ts';

/** Every suite, in the order in which they run; one file each in `suites/`. */
export const qualitySuites: readonly QualitySuite[] = [monitorsSuite];
