import { engineState } from './engine-state.ts';
import { hasLibrary, importOptional, isNode } from './node-modules.ts';

interface DawnPackage {
  create(options: readonly string[]): GPU;
  globals: Record<string, unknown>;
}

/** `navigator.gpu` of the page; in Node the one that the optional peer package `webgpu` (Dawn) makes. */
export async function findGpu(): Promise<GPU> {
  const found = typeof navigator === 'undefined' ? undefined : navigator.gpu;
  const isOurs = found !== undefined && engineState().entryPoints.includes(found);
  if (found !== undefined && found !== null && !isOurs) return found;
  if (!isNode())
    throw new Error('this browser has no navigator.gpu (WebGPU is off, or the page is not a secure context)');
  return installDawn();
}

/** tfjs's webgpu package reads `navigator.gpu` when it is imported, so this comes first. */
async function installDawn(): Promise<GPU> {
  const dawn = await importDawn();
  assertVulkanLoader();
  const state = engineState();
  // A new entry point each time, since Dawn looks for drivers once; old ones stay referenced.
  const gpu = dawn.create([]);
  state.entryPoints.push(gpu);
  Object.assign(globalThis, dawn.globals);
  if (typeof navigator === 'undefined') {
    const value = { userAgent: `Node.js/${process.versions.node}` };
    Object.defineProperty(globalThis, 'navigator', {
      value,
      configurable: true,
      enumerable: true,
      writable: true,
    });
  }
  Object.defineProperty(navigator, 'gpu', { value: gpu, configurable: true, enumerable: true });
  return gpu;
}

/** Without the loader Dawn finds nothing on Linux and says so on stderr, past every console. */
function assertVulkanLoader(): void {
  if (process.platform !== 'linux' || hasLibrary('libvulkan.so.1')) return;
  throw new Error('no GPU adapter was found: this machine has no Vulkan loader (libvulkan.so.1)');
}

async function importDawn(): Promise<DawnPackage> {
  try {
    return (await importOptional('webgpu')) as DawnPackage;
  } catch (cause) {
    const isMissing =
      (cause as { code?: string }).code === 'ERR_MODULE_NOT_FOUND' || /Cannot find/.test(String(cause));
    const message = isMissing
      ? 'the optional package "webgpu" is not installed (npm install webgpu)'
      : `the optional package "webgpu" does not load here: ${cause instanceof Error ? cause.message : String(cause)}`;
    throw new Error(message, { cause });
  }
}
