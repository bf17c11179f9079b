import {
  createConv2d,
  createParameters,
  createRandomStream,
  loadWeights,
  readDiffusersFolder,
} from '@tintype/core-tensor';
import { describeOnBackends } from '@tintype/core-tensor/testing';
import { expect, test } from 'vitest';
import { createImageEncoder } from '../image-coder/image-encoder.ts';
import { loadRecording, outputTolerance, referenceModels } from '../image-coder/reference.test-support.ts';
import { readDiffusersAutoencoderKl } from './diffusers-folder.ts';
import { describeAutoencoderKlReference } from './reference.test-support.ts';

describeAutoencoderKlReference(['cpu', 'wasm']);

describeOnBackends(
  'an encoder that is built otherwise',
  () => {
    /** The recorded weights in an encoder of this kind; their shapes say nothing about groups and padding. */
    const momentsOf = async (change: { normGroups?: number; downsamplePadding?: 0 | 1 }) => {
      const { config: json, tensors } = await readDiffusersFolder(referenceModels, 'autoencoder_kl_basic');
      const { normGroups, ...options } = change;
      const config = { ...readDiffusersAutoencoderKl(json), ...(normGroups && { normGroups }) };
      const { scope, parameters, dispose } = createParameters(createRandomStream(0));
      const encode = createImageEncoder(scope.child('encoder'), config, { outChannels: 6, ...options });
      const shape = { inChannels: 6, outChannels: 6, kernelSize: 1 };
      const quantConv = createConv2d(scope.child('quant_conv'), shape);
      loadWeights(parameters, tensors, { strict: false });
      const recording = await loadRecording('autoencoder_kl_basic');
      const moments = quantConv(encode(recording.at('x')));
      dispose();
      return { moments, expected: recording.at('moments') };
    };

    test('passes as it is, and not with padding on every side or with other groups', async () => {
      const healthy = await momentsOf({});
      await expect(healthy.moments).toBeAllClose(healthy.expected, outputTolerance);
      for (const change of [{ downsamplePadding: 1 }, { normGroups: 1 }, { normGroups: 4 }] as const) {
        const { moments, expected } = await momentsOf(change);
        await expect(moments, JSON.stringify(change)).not.toBeAllClose(expected, { rtol: 1e-2 });
      }
    });
  },
  { backends: ['cpu'] },
);
