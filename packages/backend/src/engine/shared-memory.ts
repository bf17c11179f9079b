/** Why threads cannot share memory here; undefined where they can: in Node, and in cross-origin-isolated pages. */
export function sharedMemoryObstacle(): string | undefined {
  if (globalThis.crossOriginIsolated === false)
    return 'the page is not cross-origin isolated (COOP and COEP headers)';
  if (typeof SharedArrayBuffer === 'undefined') return 'there is no SharedArrayBuffer';
  try {
    new WebAssembly.Memory({ initial: 1, maximum: 1, shared: true });
    return undefined;
  } catch (error) {
    return `no shared wasm memory: ${String(error)}`;
  }
}
