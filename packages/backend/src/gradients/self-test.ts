import type { BackendName } from '../device/backend-info.ts';
import { type ErrorParts, TintypeError } from '../errors/tintype-error.ts';
import { floats, type WasmBackend } from '../kernels/wasm-backend.ts';
import { tf } from '../tf.ts';
import { engineInternals, type TapeNode } from './engine.ts';

const supportedVersion = '4.22.0';

/** Kernels whose stock gradient we replace, or build on: each must be there before we install. */
const stockGradients = ['BatchMatMul', 'Conv2D', 'Conv2DBackpropInput', 'GatherV2', 'MirrorPad', 'Tanh'];

/** Kernels that ours are built from. */
const wasmKernels = ['BatchMatMul', 'Conv2D', 'Identity', 'Transpose', 'Sum', 'Cast'];

/**
 * Checks, in about a millisecond and without reading from a GPU, that tfjs has the version and the private parts
 * that the corrections rely on. Run by `installCorrections` before it changes anything.
 *
 * @throws TintypeError `E_ENGINE_CHANGED` naming the part that differs.
 */
export function assertEngineUnchanged(backend: BackendName): void {
  reportingAnyFailure(() => checkEngine(backend));
}

function checkEngine(backend: BackendName): void {
  expectEngine(tf.version['tfjs-core'] === supportedVersion, 'the version of tfjs', tf.version['tfjs-core']);
  const engine = engineInternals();
  expectEngine(typeof engine.addTapeNode === 'function', 'engine.addTapeNode', typeof engine.addTapeNode);
  const tapeSwitches = `${typeof engine.startTape} ${typeof engine.endTape}`;
  expectEngine(tapeSwitches === 'function function', 'engine.startTape and endTape', tapeSwitches);
  const nextId = typeof engine.state?.nextTapeNodeId;
  expectEngine(nextId === 'number', 'engine.state.nextTapeNodeId', nextId);
  const depth = typeof tf.engine().state?.gradientDepth;
  expectEngine(depth === 'number', 'engine.state.gradientDepth', depth);
  for (const name of stockGradients) {
    expectEngine(typeof tf.getGradient(name)?.gradFunc === 'function', `the gradient of ${name}`, 'none');
  }
  if (backend === 'wasm') assertWasmUnchanged();
  expectEngine(
    recordedTape().length >= 2,
    'engine.state.activeTape',
    'a tape without the operations just run',
  );
  if (backend === 'webgpu') {
    const program = (tf.backend() as unknown as { runWebGPUProgram?: unknown }).runWebGPUProgram;
    expectEngine(typeof program === 'function', 'backend.runWebGPUProgram', typeof program);
  }
}

/**
 * Checks that the corrections took effect: the order of the tape on every backend, and a second derivative and a
 * filter gradient against their closed forms where reading back is cheap (cpu and wasm).
 */
export function assertCorrected(backend: BackendName): void {
  reportingAnyFailure(() => checkCorrections(backend));
}

function checkCorrections(backend: BackendName): void {
  const tape = recordedTape();
  const operation = tape.findIndex(({ kernelName }) => kernelName === 'Tanh');
  const output = tape[operation]?.outputs[0];
  const clone = tape.findIndex(({ inputs }) => Object.values(inputs).some(({ id }) => id === output?.id));
  expectEngine(operation >= 0 && clone > operation, 'the order of the tape', 'a clone before its operation');
  if (backend === 'webgpu') return;
  const [second, filter] = tf.tidy(() => [
    tf
      .grad(tf.grad((x) => tf.tanh(x)))(tf.scalar(0.5))
      .dataSync()[0]!,
    tf.grad((w) => tf.conv2d(tf.ones<tf.Rank.R4>([2, 2, 2, 1]), w as tf.Tensor4D, 1, 'same'))(
      tf.ones([1, 1, 1, 1]),
    ),
  ]) as unknown as [number, tf.Tensor];
  const sum = filter.dataSync()[0]!;
  filter.dispose();
  const t = Math.tanh(0.5);
  const expected = -2 * t * (1 - t * t);
  expectEngine(Math.abs(second - expected) < 1e-4, 'the second derivative of tanh', second, expected);
  expectEngine(Math.abs(sum - 8) < 1e-4, 'the filter gradient of conv2d', sum, 8);
}

/** What tfjs records for tanh, which saves its output. */
function recordedTape(): TapeNode[] {
  let tape: TapeNode[] = [];
  tf.tidy(() => {
    const record = (x: tf.Tensor): tf.Tensor => {
      const y = tf.tanh(x);
      tape = [...(engineInternals().state.activeTape ?? [])];
      return y;
    };
    try {
      tf.grad(record)(tf.scalar(0.5));
    } catch {
      // Without a tape tfjs finds no gradient; the caller sees the empty tape and says so.
    }
  });
  return tape;
}

function assertWasmUnchanged(): void {
  const backend = tf.backend() as unknown as WasmBackend;
  const memory = backend.wasm?.asm?.memory;
  expectEngine(memory instanceof WebAssembly.Memory, 'wasm.asm.memory', typeof memory);
  expectEngine(backend.wasm.HEAPU8.buffer === memory.buffer, 'wasm.HEAPU8', 'a view of other memory');
  for (const name of wasmKernels) {
    expectEngine(tf.getKernel(name, 'wasm') !== undefined, `the wasm kernel ${name}`, 'none');
  }
  const release = typeof backend.wasm.tfjs?.disposeData;
  expectEngine(release === 'function', 'wasm.tfjs.disposeData', release);
  const probe = tf.tensor1d([1.5, -2]);
  const offset = backend.dataIdMap.get(probe.dataId)?.memoryOffset;
  expectEngine(typeof offset === 'number', 'dataIdMap.get(…).memoryOffset', typeof offset);
  const values = [...floats(backend, probe)];
  probe.dispose();
  expectEngine(values[0] === 1.5 && values[1] === -2, 'the layout of wasm tensors', values, [1.5, -2]);
}

/** A changed engine may also throw errors of its own. */
function reportingAnyFailure(check: () => void): void {
  try {
    check();
  } catch (error) {
    if (error instanceof TintypeError) throw error;
    throw engineChanged({ what: `a check failed with "${String(error)}"`, cause: error });
  }
}

function expectEngine(holds: boolean, what: string, got: unknown, expected?: unknown): asserts holds {
  if (holds) return;
  throw engineChanged({ what: `${what} is not as this package expects`, got, expected });
}

function engineChanged(parts: Pick<ErrorParts, 'what' | 'got' | 'expected' | 'cause'>): TintypeError {
  return new TintypeError('E_ENGINE_CHANGED', {
    ...parts,
    where: 'tfjs self-test',
    remedy: `Install exactly version ${supportedVersion} of @tensorflow/tfjs and its backends`,
  });
}
