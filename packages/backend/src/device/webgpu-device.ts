/** Optional features our kernels can use; asked for only where the adapter has them. */
const wantedFeatures = ['shader-f16', 'subgroups', 'timestamp-query', 'bgra8unorm-storage'] as const;

/** Limits raised to the adapter's own; tfjs asks for the first six. */
const raisedLimits = [
  'maxBufferSize',
  'maxComputeInvocationsPerWorkgroup',
  'maxComputeWorkgroupSizeX',
  'maxComputeWorkgroupsPerDimension',
  'maxComputeWorkgroupStorageSize',
  'maxStorageBufferBindingSize',
  'maxStorageBuffersPerShaderStage',
] as const;

export interface OpenDevice {
  readonly device: GPUDevice;
  readonly features: readonly string[];
  readonly limits: Readonly<Record<string, number>>;
}

export async function requestAdapter(gpu: GPU, allowSoftwareAdapter: boolean): Promise<GPUAdapter> {
  const adapter =
    (await gpu.requestAdapter({ powerPreference: 'high-performance' })) ??
    (allowSoftwareAdapter ? await gpu.requestAdapter({ forceFallbackAdapter: true }) : null);
  if (adapter === null) throw new Error('no GPU adapter was found');
  if (!allowSoftwareAdapter && isSoftwareAdapter(adapter)) {
    throw new Error(
      `only a software adapter was found (${adapterName(adapter)}); allowSoftwareAdapter would take it`,
    );
  }
  return adapter;
}

export async function requestDevice(adapter: GPUAdapter): Promise<OpenDevice> {
  const requiredFeatures = wantedFeatures.filter((feature) =>
    adapter.features.has(feature),
  ) as GPUFeatureName[];
  const requiredLimits: Record<string, number> = {};
  for (const name of raisedLimits) {
    const value = adapter.limits[name];
    if (typeof value === 'number') requiredLimits[name] = value;
  }
  const device = await adapter.requestDevice({ requiredFeatures, requiredLimits });
  return { device, features: [...requiredFeatures], limits: requiredLimits };
}

/** The adapter as it names itself; Safari 26.0 and older drivers leave parts out. */
export function adapterName(adapter: GPUAdapter): string {
  const info = adapterInfo(adapter);
  const parts = [info?.vendor, info?.architecture, info?.description || info?.device];
  const named = parts.filter((part): part is string => part !== undefined && part !== '');
  return named.length === 0 ? 'unnamed WebGPU adapter' : [...new Set(named)].join(' ');
}

export function adapterInfo(adapter: GPUAdapter): GPUAdapterInfo | undefined {
  return 'info' in adapter ? adapter.info : undefined;
}

/** SwiftShader, lavapipe, WARP and their likes. */
export function isSoftwareAdapter(adapter: GPUAdapter): boolean {
  const info = adapterInfo(adapter) as { isFallbackAdapter?: boolean } | undefined;
  const older = adapter as { isFallbackAdapter?: boolean };
  if (info?.isFallbackAdapter === true || older.isFallbackAdapter === true) return true;
  return /swiftshader|llvmpipe|lavapipe|basic render/i.test(adapterName(adapter));
}
