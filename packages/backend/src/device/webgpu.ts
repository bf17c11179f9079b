import { tf } from '../tf.ts';
import type { SelectBackendOptions } from './backend-info.ts';
import { forgetErrors, watchDevice } from './device-health.ts';
import { type EngineFacts, engineState, type WebgpuEngine } from './engine-state.ts';
import { guardGpuBuffers } from './guard-gpu-buffers.ts';
import { replaceBackend } from './replace-backend.ts';
import { withTimeLimit } from './time-limit.ts';
import {
  adapterInfo,
  adapterName,
  isSoftwareAdapter,
  requestAdapter,
  requestDevice,
} from './webgpu-device.ts';
import { findGpu } from './webgpu-entry.ts';

const openLimitMs = 15_000;
const tfjsPriority = 3;
const tfjsChooses = -1;

/**
 * WebGPU on a device of our own: tfjs's factory asks for neither shader-f16 nor subgroups nor more than eight
 * storage buffers, hides the device, and fails on a missing adapter. A device that is alive is used again.
 */
export async function openWebgpu(options: SelectBackendOptions): Promise<EngineFacts> {
  const state = engineState();
  if (state.webgpu !== undefined && !state.webgpu.health.isLost) {
    if (state.webgpu.isSoftware && !options.allowSoftwareAdapter) {
      throw new Error(`only a software adapter is open (${state.webgpu.facts.device})`);
    }
    forgetErrors(state.webgpu.health);
  } else {
    state.webgpu = await withTimeLimit(open(options), openLimitMs, 'opening the WebGPU device');
  }
  await applyDeterminism(options.deterministic ?? false);
  return state.webgpu.facts;
}

async function open({ allowSoftwareAdapter = false }: SelectBackendOptions): Promise<WebgpuEngine> {
  const gpu = await findGpu();
  const adapter = await requestAdapter(gpu, allowSoftwareAdapter);
  const { device, features, limits } = await requestDevice(adapter);
  const health = watchDevice(device);

  const { WebGPUBackend } = await import('@tensorflow/tfjs-backend-webgpu');
  const info = adapterInfo(adapter);
  const backend = new WebGPUBackend(device, info);
  guardGpuBuffers(backend, device);
  replaceBackend('webgpu', backend, tfjsPriority);
  const facts: EngineFacts = { name: 'webgpu', device: adapterName(adapter), features, threads: 1, limits };
  return { backend, device, facts, health, isSoftware: isSoftwareAdapter(adapter) };
}

/**
 * tfjs's split-K matmul adds partial sums with atomics, in any order. The packed program has a fixed order;
 * small operands stay on the GPU instead of moving to JavaScript. What remains are the atomics of
 * tf.unsortedSegmentSum; the gradient of tf.gather, which tfjs builds on it, has a fixed order here.
 */
async function applyDeterminism(isDeterministic: boolean): Promise<void> {
  const { webgpu_util } = await import('@tensorflow/tfjs-backend-webgpu');
  const program = isDeterministic ? webgpu_util.MatMulProgramType.MatMulPackedProgram : tfjsChooses;
  tf.env().set('WEBGPU_MATMUL_PROGRAM_TYPE', program);
  const state = engineState();
  if (isDeterministic) state.cpuForwarding ??= tf.env().getBool('WEBGPU_CPU_FORWARD');
  if (state.cpuForwarding === undefined) return;
  tf.env().set('WEBGPU_CPU_FORWARD', isDeterministic ? false : state.cpuForwarding);
  if (!isDeterministic) state.cpuForwarding = undefined;
}
