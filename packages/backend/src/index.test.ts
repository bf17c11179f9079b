import { expect, test } from 'vitest';
import * as entry from './index.ts';

test('the package exports these values and no others', () => {
  expect(Object.keys(entry).sort()).toMatchInlineSnapshot(`
    [
      "TintypeError",
      "adamUpdate",
      "asOutOfMemory",
      "assertDeviceHealthy",
      "attention",
      "averageUpdate",
      "closeBackend",
      "currentBackend",
      "deviceHealth",
      "dropoutMask",
      "embedding",
      "gradientsOnOwnTape",
      "installCorrections",
      "keepTape",
      "logSoftmax",
      "measurePeak",
      "normalizeRows",
      "probeFma",
      "randomBits",
      "randomNormal",
      "randomUniform",
      "recordingDepth",
      "reopenBackend",
      "scaleToNorm",
      "selectBackend",
      "silu",
      "tf",
      "threefry2x32",
      "uninstall",
    ]
  `);
});
