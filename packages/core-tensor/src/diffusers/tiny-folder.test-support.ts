import { createMemoryStorage } from '../checkpoint/memory-storage.ts';
import type { SafetensorsEntry } from '../checkpoint/safetensors-dtype.ts';
import { encodeSafetensors } from '../checkpoint/safetensors-encode.ts';
import { safetensorsEntry } from '../checkpoint/safetensors-values.ts';
import type { Storage } from '../checkpoint/storage.ts';

export type Tensors = ReadonlyMap<string, SafetensorsEntry>;

export const bytesOf = (text: string): Uint8Array => new TextEncoder().encode(text);

/** Three tensors with bits that a conversion would lose: a NaN with a payload, −0 and a subnormal. */
export function threeTensors(): Tensors {
  const odd = new Float32Array(Uint32Array.of(0x7fc0_1234, 0x8000_0000, 0x0000_0001, 0x3f80_0000).buffer);
  return new Map([
    ['a.weight', safetensorsEntry(odd, [2, 2])],
    ['b.weight', safetensorsEntry(Float32Array.of(1, 2), [2])],
    ['c.weight', safetensorsEntry(Float32Array.of(3), [1])],
  ]);
}

export const shardNames = [
  'diffusion_pytorch_model-00001-of-00002.safetensors',
  'diffusion_pytorch_model-00002-of-00002.safetensors',
] as const;
export const indexName = 'diffusion_pytorch_model.safetensors.index.json';

export interface ShardedFolder {
  /** @default a and b in the first shard, c in the second */
  readonly weightMap?: unknown;
  readonly shards?: Readonly<Record<string, Tensors>>;
}

/** A model folder `model` whose weights lie in two shards. */
export async function shardedFolder({ weightMap, shards }: ShardedFolder = {}): Promise<Storage> {
  const storage = createMemoryStorage();
  const [first, second] = shardNames;
  const whole = [...threeTensors()];
  const files = shards ?? { [first]: new Map(whole.slice(0, 2)), [second]: new Map(whole.slice(2)) };
  for (const [name, tensors] of Object.entries(files)) {
    await storage.write(`model/${name}`, encodeSafetensors(tensors));
  }
  const stated = weightMap ?? { 'a.weight': first, 'b.weight': first, 'c.weight': second };
  await storage.write(
    `model/${indexName}`,
    bytesOf(JSON.stringify({ metadata: { total_size: 28 }, weight_map: stated })),
  );
  await storage.write('model/config.json', bytesOf('{}'));
  return storage;
}
