import { readdirSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { createCheckpointStore } from '../checkpoint/checkpoint-store.ts';
import { createFileStorage } from './file-storage.ts';

// Saves onto a disk of 1 MiB until it is full, makes room, saves again, and prints what it saw.
const root = process.argv[2]!;
const store = createCheckpointStore(createFileStorage(root), { keep: 1 });
const filled = (step: number, bytes: number) => ({
  step,
  values: {},
  files: new Map([['model.safetensors', new Uint8Array(bytes).fill(step)]]),
});
const codeOf = (error: unknown) => (error as { code?: string }).code;

await store.save(filled(1, 600_000));
const code = await store.save(filled(2, 600_000)).then(() => 'saved', codeOf);
const latestAfterFailure = (await store.readLatest())?.step;
const leftovers = readdirSync(root).filter((name) => name.startsWith('.'));
await store.save(filled(3, 200_000));
const latestAfterRoomWasMade = (await store.readLatest())?.step;

const plain = join(root, 'plain');
let plainCode: string | undefined;
try {
  writeFileSync(plain, new Uint8Array(2_000_000));
} catch (error) {
  plainCode = codeOf(error);
}
const plainPartialBytes = statSync(plain).size;
rmSync(plain);
console.log(
  JSON.stringify({
    code,
    latestAfterFailure,
    leftovers,
    latestAfterRoomWasMade,
    plainCode,
    plainPartialBytes,
  }),
);
