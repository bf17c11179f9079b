import { type Storage, TintypeError } from '@tintype/core-tensor';
import { recordFile } from './run-record.ts';

/** Files and folders that belong to a run; anything else in the folder is left alone. */
const runEntry =
  /^(recipe\.json|latest\.json|metrics\.jsonl|samples|events\.out\.tfevents\..+|(\.tmp-|\.old-)?step-\d+)$/;

/** Throws `E_RUN_EXISTS` where the folder holds a run. */
export async function assertNoRun(storage: Storage, run: string): Promise<void> {
  const names = await storage.list('');
  if (!names.some((name) => name === recordFile || name === 'latest.json' || /^step-\d+$/.test(name))) return;
  throw new TintypeError('E_RUN_EXISTS', {
    where: run,
    what: 'the folder holds a run',
    remedy: `Continue it with tintype resume ${run}, replace it with --force, or choose another --out`,
  });
}

/** recipe.json goes last: a run that is half removed is still known as one. */
export async function removeRun(storage: Storage): Promise<void> {
  const names = (await storage.list('')).filter((name) => runEntry.test(name));
  for (const name of names.filter((each) => each !== recordFile)) await storage.remove(name);
  await storage.remove(recordFile);
}
