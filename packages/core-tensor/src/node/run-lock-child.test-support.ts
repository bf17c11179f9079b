import { TintypeError } from '@tintype/backend';
import { acquireRunLock } from './run-lock.ts';

// Takes the lock of the folder it is given, says how that went, and stays until it is killed.
acquireRunLock(process.argv[2]!).then(
  () => console.log('held'),
  (error: unknown) => {
    const refusal =
      error instanceof TintypeError ? `${error.code} ${/by process \d+/.exec(error.message)}` : String(error);
    console.log(refusal);
  },
);
process.stdin.resume();
