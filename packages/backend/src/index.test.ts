import { expect, test } from 'vitest';
import * as entry from './index.ts';

test('the package exports these values and no others', () => {
  expect(Object.keys(entry).sort()).toMatchInlineSnapshot(`
    [
      "TintypeError",
      "assertDeviceHealthy",
      "closeBackend",
      "currentBackend",
      "deviceHealth",
      "embedding",
      "gradientsOnOwnTape",
      "installCorrections",
      "keepTape",
      "probeFma",
      "normalizeRows",
      "randomBits",
      "randomNormal",
      "randomUniform",
      "recordingDepth",
      "selectBackend",
      "silu",
      "tf",
      "threefry2x32",
      "uninstall",
    ]
  `);
});
