import { decodeSafetensors, encodeSafetensors, parseSafetensorsHeader } from '@tintype/core-tensor';
import { expect, test } from 'vitest';
import { encodeImagePack, type ImagePack, parseImagePack } from './image-pack.ts';

const pack: ImagePack = {
  dataset: {
    name: 'three',
    size: 3,
    height: 2,
    width: 1,
    channels: 3,
    pixels: Uint8Array.from({ length: 18 }, (_, i) => 7 * i),
    labels: Uint8Array.of(0, 1, 0),
    classNames: ['a', 'b'],
    attributes: Uint8Array.of(0, 1, 1, 1, 0, 0),
    attributeNames: ['hat', 'beard'],
    names: ['1st', 'zwölf', '"quoted"'],
  },
  provenance: { licence: 'MIT', attribution: 'Somebody', source: 'pictures 1.0.0', converter: 'none' },
};

test('a pack comes back as it was, and equal packs are equal bytes', async () => {
  const bytes = await encodeImagePack(pack);
  expect(await parseImagePack(bytes)).toEqual(pack);
  expect(await encodeImagePack(structuredClone(pack))).toEqual(bytes);
});

test('what images may have besides pixels may be absent', async () => {
  const { name, size, height, width, channels, pixels } = pack.dataset;
  const bare = { ...pack, dataset: { name, size, height, width, channels, pixels } };
  expect(await parseImagePack(await encodeImagePack(bare))).toEqual(bare);
});

test('labels beyond a byte come back', async () => {
  const { classNames: _, ...rest } = pack.dataset;
  const many = { ...pack, dataset: { ...rest, labels: Int32Array.of(0, 256, 999) } };
  expect(await parseImagePack(await encodeImagePack(many))).toEqual(many);
});

test('a pack in a Buffer of Node is read where it lies', async () => {
  const bytes = await encodeImagePack(pack);
  const shifted = new Uint8Array(bytes.length + 3);
  shifted.set(bytes, 3);
  expect(await parseImagePack(shifted.subarray(3))).toEqual(pack);
});

test('no byte can change unnoticed', async () => {
  const bytes = await encodeImagePack(pack);
  const accepted: number[] = [];
  for (let at = 0; at < bytes.length; at++) {
    const changed = bytes.slice();
    changed[at]! ^= 1;
    const refusal = await parseImagePack(changed).then(
      () => undefined,
      (error: { code: string }) => error.code,
    );
    if (refusal === undefined) accepted.push(at);
    else expect(refusal).toBe('E_DATA');
  }
  expect(accepted).toEqual([]);
});

test('a cut file, another file and another version are refused', async () => {
  const bytes = await encodeImagePack(pack);
  for (const wrong of [bytes.slice(0, -1), bytes.slice(0, 20), new Uint8Array(0), Uint8Array.of(1, 2, 3)]) {
    await expect(parseImagePack(wrong, 'here')).rejects.toMatchObject({
      code: 'E_DATA',
      message: expect.stringMatching(/here.*damaged/),
    });
  }
  const weights = encodeSafetensors(decodeSafetensors(bytes), {});
  await expect(parseImagePack(weights)).rejects.toThrow(/damaged/);
  const { metadata } = parseSafetensorsHeader(bytes);
  expect(metadata.get('description')).toMatch('"formatVersion":1');
});

test('a dataset that contradicts itself is not written', async () => {
  const dataset = { ...pack.dataset, names: ['a', 'b'] };
  await expect(encodeImagePack({ ...pack, dataset })).rejects.toThrow(
    /one name per image.*got 2, expected 3/,
  );
});
