export { expectNoLeaks } from './expect-no-leaks.ts';
export { assertAllClose, type CloseTolerance, type Comparable } from './to-be-all-close.ts';
