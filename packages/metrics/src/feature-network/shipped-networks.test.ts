import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { parseSafetensorsHeader, selectBackend } from '@tintype/core-tensor';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { featureNetworkRecipes } from './feature-network-recipes.ts';
import { loadFeatureNetwork } from './load-feature-network.ts';

const weights = new URL('../../weights/', import.meta.url);

test.each([
  ['mnist', 0.99],
  ['fashion-mnist', 0.91],
] as const)('%s is at most 1 MB, and was measured at its target or above', (name, target) => {
  const bytes = readFileSync(new URL(`${name}.safetensors`, weights));
  const { metadata } = parseSafetensorsHeader(bytes);
  expect(metadata.get('data')).toBe(name);
  expect(metadata.get('steps')).toBe(String(featureNetworkRecipes[name].settings.steps));
  expect(Number(metadata.get('accuracy'))).toBeGreaterThanOrEqual(target);
  expect(bytes.length).toBeLessThanOrEqual(1e6);
});

describe('files that are not the shipped ones', () => {
  let folder = '';
  beforeAll(async () => {
    await selectBackend({ backend: 'cpu' });
    folder = mkdtempSync(join(tmpdir(), 'tintype-weights-'));
  });
  afterAll(() => rmSync(folder, { recursive: true, force: true }));

  test('one changed bit is found before any of it is used; the same file elsewhere is read', async () => {
    const bytes = readFileSync(new URL('mnist.safetensors', weights));
    writeFileSync(join(folder, 'mnist.safetensors'), bytes);
    const network = await loadFeatureNetwork('mnist', { weightsBaseUrl: folder });
    network.dispose();
    bytes[bytes.length - 1]! ^= 1;
    writeFileSync(join(folder, 'mnist.safetensors'), bytes);
    await expect(loadFeatureNetwork('mnist', { weightsBaseUrl: folder })).rejects.toMatchObject({
      code: 'E_CHECKPOINT',
      message: expect.stringMatching(/another SHA-256/),
    });
  });

  test('a file that is not there, and a network that there is none of', async () => {
    await expect(loadFeatureNetwork('mnist', { weightsBaseUrl: join(folder, 'no') })).rejects.toMatchObject({
      code: 'E_DATA_MISSING',
      message: expect.stringMatching(/weightsBaseUrl/),
    });
    await expect(loadFeatureNetwork('fashion' as 'mnist')).rejects.toMatchObject({
      code: 'E_CONFIG',
      message: expect.stringMatching(/mnist or fashion-mnist/),
    });
  });
});
