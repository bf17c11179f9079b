import type { SafetensorsEntry } from '../checkpoint/safetensors-dtype.ts';

/** The projections of an attention block as diffusers called them before 0.16, and now. */
const newNames: Readonly<Record<string, string>> = {
  query: 'to_q',
  key: 'to_k',
  value: 'to_v',
  proj_attn: 'to_out.0',
};

const oldName = /^(.*\battentions\.\d+)\.(query|key|value|proj_attn)\.(weight|bias)$/;
const projection = /\battentions\.\d+\.(?:to_q|to_k|to_v|to_out\.0)\.weight$/;

/**
 * Tensors with the attention names of old diffusers under those of today, as diffusers itself reads them. A name whose
 * new form is there already stays, so that the comparison with the model lists it.
 */
export function renameOldAttention<Entry>(tensors: ReadonlyMap<string, Entry>): ReadonlyMap<string, Entry> {
  const renamed = (name: string) => {
    const [, block, projection, kind] = oldName.exec(name) ?? [];
    const today = `${block}.${newNames[projection ?? '']}.${kind}`;
    return block === undefined || tensors.has(today) ? name : today;
  };
  return new Map([...tensors].map(([name, entry]) => [renamed(name), entry]));
}

/**
 * As `renameOldAttention`, and projections that were kept as convolutions of one pixel, [out, in, 1, 1], become the
 * linear ones [out, in] of today: the same numbers in the same order.
 */
export function readOldAttention(
  tensors: ReadonlyMap<string, SafetensorsEntry>,
): ReadonlyMap<string, SafetensorsEntry> {
  return new Map(
    [...renameOldAttention(tensors)].map(([name, entry]) => {
      const [out, inputs, ...field] = entry.shape;
      const isPixel = field.length === 2 && field.every((side) => side === 1);
      return [name, isPixel && projection.test(name) ? { ...entry, shape: [out!, inputs!] } : entry];
    }),
  );
}
