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
      "conv2dWithBias",
      "currentBackend",
      "deviceHealth",
      "dropoutMask",
      "embedding",
      "gradientsOnOwnTape",
      "installCorrections",
      "keepTape",
      "logSoftmax",
      "matMulWithBias",
      "measurePeak",
      "normalizeRows",
      "probeFma",
      "probeMicroKernel",
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
      "traceKernels",
      "uninstall",
    ]
  `);
});
