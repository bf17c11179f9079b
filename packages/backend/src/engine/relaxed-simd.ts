import { nodeModule } from '../device/node-modules.ts';

/** (func (result f32)): lane 0 of a relaxed multiply-add. */
const relaxedModule = Uint8Array.from([
  ...[0, 97, 115, 109, 1, 0, 0, 0, 1, 5, 1, 96, 0, 1, 125, 3, 2, 1, 0, 10, 31, 1, 29, 0],
  ...[67, 0, 0, 128, 63, 253, 19, 67, 0, 0, 128, 63, 253, 19, 67, 0, 0, 128, 63, 253, 19],
  ...[253, 133, 2, 253, 31, 0, 11],
]);

/** Whether kernels may fuse multiply and add. Node 20 can once its flag is set, which it allows at run time. */
export function hasRelaxedSimd(): boolean {
  if (WebAssembly.validate(relaxedModule)) return true;
  // Asked only where needed: newer engines complain about the flag on stderr.
  nodeModule('node:v8')?.setFlagsFromString('--experimental-wasm-relaxed-simd');
  return WebAssembly.validate(relaxedModule);
}
