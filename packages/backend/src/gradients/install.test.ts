import { afterEach, beforeAll, beforeEach, describe, expect, test, vi } from 'vitest';
import { selectBackend } from '../device/select-backend.ts';
import { TintypeError } from '../errors/tintype-error.ts';
import { kernels } from '../kernels/index.ts';
import type { WasmBackend } from '../kernels/wasm-backend.ts';
import { tf } from '../tf.ts';
import { engineInternals } from './engine.ts';
import { gradients } from './entries.ts';
import { installCorrections, uninstall } from './install.ts';
import { assertEngineUnchanged } from './self-test.ts';

/** Everything that installing may change. */
function registrations(): unknown[] {
  return [
    Object.hasOwn(engineInternals(), 'addTapeNode'),
    engineInternals().addTapeNode,
    ...gradients.map(({ kernelName }) => tf.getGradient(kernelName)),
    ...kernels.map(({ kernelName, backendName }) => tf.getKernel(kernelName, backendName)),
    tf.getKernelsForBackend('cpu').length,
    tf.getKernelsForBackend('wasm').length,
  ];
}

/** Each registration is the very same object. */
function expectSame(now: unknown[], before: unknown[]): void {
  for (const [i, entry] of now.entries()) expect(entry).toBe(before[i]);
}

/** Of x · tanh(x): tfjs alone forgets how tanh's own slope changes. */
function secondDerivative(): number {
  const second = tf.grad(tf.grad((x) => tf.mul(x, tf.tanh(x))));
  return tf.tidy(() => second(tf.scalar(0.5)).dataSync()[0]!);
}

const t = Math.tanh(0.5);
const exact = 2 * (1 - t * t) - 2 * 0.5 * t * (1 - t * t);

describe('installing and uninstalling', () => {
  beforeAll(async () => {
    await selectBackend({ backend: 'wasm' });
    await selectBackend({ backend: 'cpu' });
  });
  beforeEach(async () => {
    await tf.setBackend('cpu');
    uninstall();
  });

  test('uninstall gives tfjs back exactly, and second derivatives through tanh are wrong again', async () => {
    const stock = registrations();
    installCorrections('cpu');
    await tf.setBackend('wasm');
    installCorrections('wasm');
    expect(registrations()).not.toEqual(stock);
    expect(secondDerivative()).toBeCloseTo(exact, 4);
    uninstall();
    expectSame(registrations(), stock);
    expect(Math.abs(secondDerivative() - exact)).toBeGreaterThan(0.1);
    await tf.setBackend('cpu');
  });

  test('installing twice changes nothing more, and one uninstall undoes it', () => {
    const stock = registrations();
    installCorrections('cpu');
    const once = registrations();
    installCorrections('cpu');
    expectSame(registrations(), once);
    uninstall();
    uninstall();
    expectSame(registrations(), stock);
  });

  test('a second copy of this package sees the installation of the first', async () => {
    const stock = registrations();
    installCorrections('cpu');
    const once = registrations();
    vi.resetModules();
    const copy = await import('./install.ts');
    expect(copy.installCorrections).not.toBe(installCorrections);
    copy.installCorrections('cpu');
    expectSame(registrations(), once);
    copy.uninstall();
    expectSame(registrations(), stock);
  });

  test('nothing warns and no tensor stays behind', () => {
    const warn = vi.spyOn(console, 'warn');
    const before = tf.memory().numTensors;
    installCorrections('cpu');
    uninstall();
    expect(warn).not.toHaveBeenCalled();
    expect(tf.memory().numTensors).toBe(before);
  });
});

describe('the self-test', () => {
  beforeAll(async () => {
    uninstall();
    await selectBackend({ backend: 'wasm' });
    uninstall();
  });
  afterEach(() => vi.restoreAllMocks());

  function expectRefusal(part: string): void {
    const stock = tf.getGradient('Conv2D');
    let error: unknown;
    try {
      installCorrections('wasm');
    } catch (caught) {
      error = caught;
    }
    expect(error).toBeInstanceOf(TintypeError);
    expect((error as TintypeError).code).toBe('E_ENGINE_CHANGED');
    expect((error as TintypeError).message).toContain(part);
    expect(tf.getGradient('Conv2D')).toBe(stock);
  }

  test('passes on the pinned tfjs, in milliseconds', () => {
    assertEngineUnchanged('wasm');
    const start = performance.now();
    assertEngineUnchanged('wasm');
    expect(performance.now() - start).toBeLessThan(100);
  });

  test('refuses another version of tfjs', () => {
    const version = tf.version as Record<string, string>;
    const stock = version['tfjs-core']!;
    version['tfjs-core'] = '4.23.0';
    try {
      expectRefusal('4.23.0');
    } finally {
      version['tfjs-core'] = stock;
    }
  });

  test('refuses an engine without addTapeNode', () => {
    const engine = engineInternals();
    engine.addTapeNode = undefined as never;
    try {
      expectRefusal('engine.addTapeNode');
    } finally {
      Reflect.deleteProperty(engine, 'addTapeNode');
    }
  });

  test('refuses an engine that records elsewhere', () => {
    const engine = engineInternals();
    engine.addTapeNode = () => undefined;
    try {
      expectRefusal('activeTape');
    } finally {
      Reflect.deleteProperty(engine, 'addTapeNode');
    }
  });

  test('refuses a wasm backend whose memory or tensor table changed', () => {
    const backend = tf.backend() as unknown as WasmBackend;
    const { asm } = backend.wasm;
    backend.wasm.asm = { ...asm, memory: undefined as never };
    try {
      expectRefusal('wasm.asm.memory');
    } finally {
      backend.wasm.asm = asm;
    }
    vi.spyOn(backend.dataIdMap, 'get').mockReturnValue({} as never);
    expectRefusal('memoryOffset');
  });

  test('undoes everything when the corrections take no effect', () => {
    // The slope of tanh is 1 − y².
    const stock = tf.getGradient('Square')!;
    tf.registerGradient({ ...stock, gradFunc: (dy, [x]) => ({ x: () => (dy as tf.Tensor).mul(x!) }) });
    try {
      expectRefusal('the second derivative of tanh');
    } finally {
      tf.registerGradient(stock);
    }
  });
});
