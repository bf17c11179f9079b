import { afterAll, afterEach, beforeAll, describe, test } from 'vitest';
import type { BackendName } from '../device/backend-info.ts';
import { selectBackend } from '../device/select-backend.ts';
import { type GpuGuard, guardGpu } from './gpu-guard.ts';
import { isRequired, probeWebgpu } from './probe-webgpu.ts';

export interface DescribeOnBackendsOptions {
  /** WebGPU joins only when named here: compiling its pipelines takes seconds. @default ['cpu', 'wasm'] */
  backends?: readonly BackendName[];
}

/**
 * One `describe` for each backend, which is selected before the block's tests. WebGPU blocks run under the GPU
 * guard (see `guardGpu`): a block without a dispatch and a test with an uncaptured error fail. Without WebGPU
 * they are skipped with the reason, or fail where TINTYPE_REQUIRE lists `webgpu`.
 */
export function describeOnBackends(
  name: string,
  define: (backendName: BackendName) => void,
  { backends = ['cpu', 'wasm'] }: DescribeOnBackendsOptions = {},
): void {
  for (const backendName of backends) {
    if (backendName === 'webgpu') describeOnWebgpu(name, define);
    else describe(`${name} on ${backendName}`, () => describeOnHost(backendName, define));
  }
}

function describeOnHost(backend: BackendName, define: (backendName: BackendName) => void): void {
  beforeAll(async () => {
    // One thread: starting workers for each file costs more than they save. describeOnThreads tests several.
    await selectBackend({ backend, threads: 1 });
  });
  define(backend);
}

function describeOnWebgpu(name: string, define: (backendName: BackendName) => void): void {
  describe(`${name} on webgpu`, async () => {
    const obstacle = await probeWebgpu();
    if (obstacle === undefined) {
      guardBlock();
      define('webgpu');
    } else {
      refuse(obstacle);
    }
  });
}

function refuse(obstacle: string): void {
  const title = `WebGPU is not available: ${obstacle}`;
  if (!isRequired('webgpu')) {
    test.skip(title);
    console.warn(`skipped: ${title}`);
    return;
  }
  test(title, () => {
    throw new Error(`TINTYPE_REQUIRE lists webgpu. ${title}`);
  });
}

function guardBlock(): void {
  let guard: GpuGuard | undefined;
  let ranTests = false;
  beforeAll(async () => {
    await selectBackend({ backend: 'webgpu', allowSoftwareAdapter: true });
    guard = guardGpu();
  });
  afterEach(async () => {
    ranTests = true;
    const errors = (await guard?.takeErrors()) ?? [];
    if (errors.length > 0) throw new Error(`the GPU reported what nobody caught:\n${errors.join('\n')}`);
  });
  afterAll(() => {
    const dispatches = guard?.dispatchCount() ?? 0;
    guard?.release();
    if (ranTests && dispatches === 0) throw new Error('no test of this block dispatched anything to the GPU');
  });
}
