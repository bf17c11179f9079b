import type { WebGPUBackend, WebGPUProgram } from '@tensorflow/tfjs-backend-webgpu';
import type { tf } from '../tf.ts';
import type { RandomDraw } from './fill.ts';
import { type RandomKernel, randomKernels } from './kernel-names.ts';
import { boxMullerWgsl, threefryWgsl } from './wgsl.ts';

const workgroupSize = 64;

/** How a word of a block becomes an output value; `index` is its place, `lane` its word of the pair. */
const writers: Record<RandomKernel, { dtype: 'float32' | 'int32'; prelude: string; write: string }> = {
  [randomKernels.bits]: {
    dtype: 'int32',
    prelude: '',
    write: 'setOutputAtIndexI32(index, bitcast<i32>(select(words.x, words.y, lane == 1u)));',
  },
  [randomKernels.uniform]: {
    dtype: 'float32',
    prelude: '',
    write:
      'setOutputAtIndex(index, f32(select(words.x, words.y, lane == 1u) >> 8u) * 5.960464477539063e-8f);',
  },
  [randomKernels.normal]: {
    dtype: 'float32',
    prelude: boxMullerWgsl,
    write:
      'let normals = boxMuller(words); setOutputAtIndex(index, select(normals.x, normals.y, lane == 1u));',
  },
};

/** One thread a value; the 64-bit block index is added from two words, for WGSL has none. */
function userCode(kernel: RandomKernel): string {
  const { prelude, write } = writers[kernel];
  return `${threefryWgsl}${prelude}
    fn main(index : i32) {
      if (index < uniforms.size) {
        let row = index / uniforms.rowLength;
        let local = u32(index - row * uniforms.rowLength) + u32(uniforms.firstLane);
        let lane = local & 1u;
        let low = bitcast<u32>(uniforms.blockLow) + (local >> 1u);
        let high = bitcast<u32>(uniforms.blockHigh) + select(0u, 1u, low < bitcast<u32>(uniforms.blockLow));
        let key = vec2<u32>(bitcast<u32>(keys[2 * row]), bitcast<u32>(keys[2 * row + 1]));
        let words = threefry2x32(key, vec2<u32>(low, high));
        ${write}
      }
    }`;
}

function program(kernel: RandomKernel, rows: number, count: number): WebGPUProgram {
  return {
    variableNames: ['keys'],
    uniforms: 'rowLength : i32, firstLane : i32, blockLow : i32, blockHigh : i32,',
    outputShape: [rows, count],
    dispatchLayout: { x: [0, 1] },
    dispatch: [Math.ceil((rows * count) / workgroupSize), 1, 1],
    workgroupSize: [workgroupSize, 1, 1],
    shaderKey: kernel,
    size: true,
    getUserCode: () => userCode(kernel),
  };
}

function runOnGpu(
  backend: WebGPUBackend,
  kernel: RandomKernel,
  { keys, counter, count }: RandomDraw,
): tf.TensorInfo {
  const rows = keys.length / 2;
  const firstBlock = Math.floor(counter / 2);
  const words = new Int32Array(keys.buffer.slice(keys.byteOffset, keys.byteOffset + keys.byteLength));
  const keyInfo = backend.makeTensorInfo([keys.length], 'int32', words);
  const uniforms = [count, counter % 2, firstBlock | 0, Math.floor(firstBlock / 2 ** 32)].map((value) => ({
    type: 'int32',
    data: [value],
  }));
  try {
    return backend.runWebGPUProgram(program(kernel, rows, count), [keyInfo], writers[kernel].dtype, uniforms);
  } finally {
    backend.disposeData(keyInfo.dataId);
  }
}

export function webgpuKernels(): tf.KernelConfig[] {
  return Object.values(randomKernels).map((kernelName) => {
    const kernelFunc: tf.KernelFunc = ({ backend, attrs }) =>
      runOnGpu(backend as WebGPUBackend, kernelName, attrs as unknown as RandomDraw);
    return { kernelName, backendName: 'webgpu', kernelFunc };
  });
}
