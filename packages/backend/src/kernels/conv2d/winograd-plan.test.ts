import { expect, test } from 'vitest';
import { scratchBytes } from '../../engine/kernel.ts';
import { planForward, planGradient, type WinogradSizes } from './winograd-plan.ts';

/** The kernels' needs, as they state them. */
const used = (channels: number): number => 24 * channels + 8 * 1024;

test('every plan fits the scratch memory of a thread and covers all channels', () => {
  for (const channels of [4, 8, 12, 32, 36, 64, 96, 128, 160, 200, 256, 516, 1024, 4096]) {
    for (const outChannels of [4, 8, 20, 32, 48, 64, 72, 96, 128, 136, 512, 4096]) {
      for (const batch of [1, 3, 32, 500]) {
        const sizes = sizesOf(batch, channels, outChannels);
        const forward = planForward(sizes);
        const forwardBytes = 144 * forward.blockTiles * (forward.channelBlock + forward.outGroup);
        expect(forwardBytes + used(channels)).toBeLessThanOrEqual(scratchBytes);
        expect([forward.blockTiles % 6, forward.channelBlock % 4, forward.outGroup % 8]).toEqual([0, 0, 0]);

        const { blockTiles, channelGroup, outGroup, parts, items } = planGradient(sizes);
        const gradientBytes = 144 * (channelGroup * outGroup + blockTiles * (channelGroup + outGroup));
        expect(gradientBytes + used(channels)).toBeLessThanOrEqual(scratchBytes);
        expect([blockTiles % 2, channelGroup % 4, outGroup % 8]).toEqual([0, 0, 0]);
        expect(channelGroup).toBeGreaterThan(0);
        expect(items).toBe(parts * Math.ceil(channels / channelGroup) * Math.ceil(outChannels / outGroup));
      }
    }
  }
});

test('only the division of work depends on the batch, never how the channels of a tile are added up', () => {
  const blocks = [1, 2, 32, 1000].map((batch) => planForward(sizesOf(batch, 300, 64)).channelBlock);
  expect(new Set(blocks).size).toBe(1);
});

function sizesOf(batch: number, channels: number, outChannels: number): WinogradSizes {
  const image = { height: 16, width: 16, outHeight: 16, outWidth: 16, padTop: 1, padLeft: 1 };
  return { batch, channels, outChannels, ...image };
}
