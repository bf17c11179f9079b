import { writeFileSync } from 'node:fs';
import { createCheckpointStore } from '../checkpoint/checkpoint-store.ts';
import { createFileStorage } from './file-storage.ts';
import { filledCheckpoint } from './filled-checkpoint.test-support.ts';

// Saves checkpoints without end into the folder it is given, until it is killed; says so after each.
// With `plain` it writes the same bytes straight into one file, as a program without care would.
const [root, mode, firstStep] = process.argv.slice(2) as [string, 'durable' | 'plain', string];
const store = createCheckpointStore(createFileStorage(root), { keep: 2 });
await store.sweep();
for (let step = Number(firstStep); ; step += 1) {
  const checkpoint = filledCheckpoint(step);
  if (mode === 'durable') await store.save(checkpoint);
  else writePlainly(step, checkpoint.files);
  process.stdout.write(`${step}\n`);
}

function writePlainly(step: number, files: ReadonlyMap<string, Uint8Array>): void {
  for (const [name, bytes] of files) writeFileSync(`${root}/${name}`, bytes);
  writeFileSync(`${root}/latest.json`, JSON.stringify({ step }));
}
