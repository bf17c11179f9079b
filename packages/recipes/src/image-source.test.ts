import type { DataFiles } from '@tintype/datasets';
import { createPackageDataFiles } from '@tintype/datasets/node';
import { expect, test } from 'vitest';
import { createDigitReference } from './digit-reference.ts';
import { emojiSource } from './image-source.ts';

const files = createPackageDataFiles();

test('emoji are drawn at the size of the model where the files can draw, and refused with the remedy elsewhere', async () => {
  const held = await emojiSource.load({ files, split: 'test', imageSize: 8 });
  expect(held).toMatchObject({ size: 555, height: 8, width: 8, channels: emojiSource.channels });
  const served: DataFiles = { read: files.read };
  await expect(emojiSource.load({ files: served, split: 'test', imageSize: 8 })).rejects.toMatchObject({
    code: 'E_DATA_MISSING',
    message: expect.stringContaining('createPackageDataFiles'),
  });
});

test('samples of a source that no network reads are compared with nothing', async () => {
  const request = { files, imageSize: 8, source: emojiSource };
  await expect(createDigitReference(request)).rejects.toMatchObject({ code: 'E_CONFIG' });
});
