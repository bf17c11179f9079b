import type { CheckpointFiles } from '../checkpoint/checkpoint-folder.ts';
import { encodeSafetensors } from '../checkpoint/safetensors-encode.ts';
import { safetensorsEntry } from '../checkpoint/safetensors-values.ts';

const quarter = 256 * 1024;

/** A checkpoint of 1 MB whose every number is its step, so that a mix of two shows. */
export function filledCheckpoint(step: number): CheckpointFiles {
  const file = (name: string, bytes: number) => {
    const values = new Float32Array(bytes / 4).fill(step);
    return [
      `${name}.safetensors`,
      encodeSafetensors(new Map([['w', safetensorsEntry(values, [values.length])]])),
    ] as const;
  };
  return {
    step,
    values: { step },
    files: new Map([file('model', quarter), file('ema', quarter), file('optimizer', 2 * quarter)]),
  };
}
