import { ddpmMnist } from '@tintype/recipes';
import { expect, test } from 'vitest';
import { sampledNets } from './sampled-net.ts';

test('ddpm-mnist is the network of the recipe', () => {
  const { channels, ...shared } = sampledNets['ddpm-mnist'].network;
  expect(channels).toBe(1);
  expect(ddpmMnist.config).toMatchObject(shared);
});
