import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { decodeSafetensors, encodeSafetensors } from '@tintype/core-tensor';
import type { Tensors } from './tensors.ts';

const files = ['weights', 'inputs'] as const;

export function writeTensors(
  folder: string,
  tensors: Readonly<Record<(typeof files)[number], Tensors>>,
): void {
  for (const name of files)
    writeFileSync(join(folder, `${name}.safetensors`), encodeSafetensors(tensors[name]));
}

export function readTensors(folder: string): Record<(typeof files)[number], Tensors> {
  const read = (name: string) => decodeSafetensors(readFileSync(join(folder, `${name}.safetensors`)), name);
  return { weights: read('weights'), inputs: read('inputs') };
}
