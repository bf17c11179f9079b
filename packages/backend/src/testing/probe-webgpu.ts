import { requestAdapter } from '../device/webgpu-device.ts';
import { findGpu } from '../device/webgpu-entry.ts';
import { offerSoftwareVulkan } from './software-vulkan.ts';

let probed: Promise<string | undefined> | undefined;

/** Why there is no WebGPU here, software adapters included; `undefined` where there is. */
export function probeWebgpu(): Promise<string | undefined> {
  probed ??= probe();
  return probed;
}

/** True when TINTYPE_REQUIRE lists the name: its absence must fail the run. */
export function isRequired(name: string): boolean {
  const list = typeof process === 'undefined' ? undefined : process.env?.TINTYPE_REQUIRE;
  return (list ?? '').split(',').some((entry) => entry.trim() === name);
}

async function probe(): Promise<string | undefined> {
  offerSoftwareVulkan();
  try {
    await requestAdapter(await findGpu(), true);
    return undefined;
  } catch (error) {
    return error instanceof Error ? error.message : String(error);
  }
}
