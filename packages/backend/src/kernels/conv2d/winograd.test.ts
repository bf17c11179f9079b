import { expect, test } from 'vitest';
import { describeOnThreads } from '../../testing/describe-on-threads.ts';
import { tf } from '../../tf.ts';
import type { ConvolutionPass } from './algorithm.ts';
import { convGeometry } from './geometry.ts';
import { hostFilterGradient, hostForward, hostInputGradient } from './host-convolution.test-support.ts';
import { winograd } from './winograd.ts';
import {
  type Case,
  callOf,
  errorOf,
  type Pads,
  prepare,
  run,
  tensorOf,
  title,
  tolerance,
} from './winograd-cases.test-support.ts';

const kind = { size: 3, stride: 1 };
const valid: Pads = [0, 0, 0, 0];

const cases: readonly Case[] = [
  { input: [2, 8, 8, 8], outChannels: 8 },
  { input: [1, 5, 7, 4], outChannels: 5 },
  { input: [3, 9, 6, 5], outChannels: 12 },
  { input: [2, 7, 7, 12], outChannels: 33, pads: valid },
  { input: [1, 6, 11, 33], outChannels: 4, pads: [2, 0, 1, 2] },
  { input: [2, 3, 4, 6], outChannels: 7, pads: [2, 2, 2, 2] },
  { input: [1, 4, 5, 8], outChannels: 16, pads: [4, 3, 7, 5] },
  { input: [1, 12, 3, 64], outChannels: 96, pads: [0, 1, 2, 0] },
  { input: [33, 4, 5, 8], outChannels: 9 },
  // More channels than one pass of the input or one group of outputs takes.
  { input: [1, 5, 4, 140], outChannels: 136 },
  // So many tiles that blocks are large, and a last block that is not full.
  { input: [26, 15, 16, 4], outChannels: 4 },
];

describeOnThreads('Winograd convolution', (engine) => {
  test.each(cases.map((entry) => [title(entry), entry] as const))(
    '%s: the three passes equal the float64 definition',
    (_title, entry) => {
      const { call, host, x, w, bias, dy } = prepare(kind, engine, entry);
      const reference = hostForward(host, x.dataSync(), w.dataSync());
      const added = bias.dataSync();
      expect(
        errorOf(
          run(x.size, () => winograd.forward(call, x, w, undefined)),
          reference,
        ),
      ).toBeLessThan(tolerance);
      const withBias = reference.map((value, i) => value + added[i % added.length]!);
      expect(
        errorOf(
          run(x.size, () => winograd.forward(call, x, w, bias)),
          withBias,
        ),
      ).toBeLessThan(tolerance);
      const dx = run(x.size, () => winograd.inputGradient(call, dy, w));
      expect(errorOf(dx, hostInputGradient(host, dy.dataSync(), w.dataSync()))).toBeLessThan(tolerance);
      const dw = run(x.size, () => winograd.filterGradient(call, x, dy));
      expect(errorOf(dw, hostFilterGradient(host, x.dataSync(), dy.dataSync()))).toBeLessThan(tolerance);
      // The control: a kernel that writes nothing leaves the NaN that run() puts there.
      const unwritten = run(x.size, () => call.backend.makeOutput([...host.outputShape], 'float32'));
      expect(errorOf(unwritten, reference)).not.toBeLessThan(tolerance);
      tf.dispose([x, w, bias, dy]);
    },
  );

  test('a filter that is used again is transformed anew after it is gone, and not before', () => {
    const { call, host, x, w, bias, dy } = prepare(kind, engine, cases[0]!);
    const first = run(x.size, () => winograd.forward(call, x, w, undefined));
    for (let i = 0; i < 3; i++)
      expect(run(x.size, () => winograd.forward(call, x, w, undefined))).toEqual(first);
    w.dispose();
    const other = tensorOf(w.shape, 9);
    const reference = hostForward(host, x.dataSync(), other.dataSync());
    for (let i = 0; i < 3; i++) {
      const y = run(x.size, () => winograd.forward(call, x, other, undefined));
      expect(errorOf(y, reference)).toBeLessThan(tolerance);
    }
    tf.dispose([x, other, bias, dy]);
  });

  test('an image has the same bits in every batch and at every place in it', () => {
    const entry: Case = { input: [33, 7, 9, 12], outChannels: 20 };
    const { x, w, bias, dy } = prepare(kind, engine, entry);
    const passes = {
      forward: (part: tf.Tensor4D) =>
        winograd.forward(callOf(kind, engine, part.shape, w.shape), part, w, bias),
      inputGradient: (part: tf.Tensor4D) =>
        winograd.inputGradient(callOf(kind, engine, [part.shape[0], 7, 9, 12], w.shape), part, w),
    };
    for (const [pass, images] of [
      [passes.forward, x],
      [passes.inputGradient, dy],
    ] as const) {
      const whole = run(x.size, () => pass(images));
      const length = whole.length / 33;
      for (let count = 1; count <= 33; count++) {
        const first = (count * 7) % (34 - count);
        const part = images.slice(first, count);
        const result = run(x.size, () => pass(part));
        const own = whole.slice(first * length, (first + count) * length);
        expect(result.every((value, i) => Object.is(value, own[i]))).toBe(true);
        part.dispose();
      }
    }
    tf.dispose([x, w, bias, dy]);
  });

  test('NaN reaches every output that it enters, and no other image', () => {
    const { call, x, w, bias, dy, host } = prepare(kind, engine, { input: [3, 9, 9, 6], outChannels: 5 });
    const broken = x.dataSync().slice();
    broken[((1 * 9 + 4) * 9 + 4) * 6 + 2] = Number.NaN;
    const image = tf.tensor4d(broken, x.shape as [number, number, number, number]);
    const y = run(x.size, () => winograd.forward(call, image, w, undefined));
    const reference = hostForward(host, broken, w.dataSync());
    const perImage = y.length / 3;
    reference.forEach((value, i) => {
      if (Number.isNaN(value)) expect(y[i]).toBeNaN();
      else if (Math.floor(i / perImage) !== 1) expect(y[i]).not.toBeNaN();
    });
    expect(y.some(Number.isNaN)).toBe(true);
    const dw = run(x.size, () => winograd.filterGradient(call, image, dy));
    hostFilterGradient(host, broken, dy.dataSync()).forEach((value, i) => {
      if (Number.isNaN(value)) expect(dw[i]).toBeNaN();
    });
    tf.dispose([x, w, bias, dy, image]);
  });

  test('infinity comes out as infinity or NaN', () => {
    const { call, x, w, bias, dy, host } = prepare(kind, engine, { input: [1, 8, 8, 8], outChannels: 8 });
    const broken = x.dataSync().slice();
    broken[300] = Number.POSITIVE_INFINITY;
    const image = tf.tensor4d(broken, x.shape as [number, number, number, number]);
    const y = run(x.size, () => winograd.forward(call, image, w, undefined));
    hostForward(host, broken, w.dataSync()).forEach((value, i) => {
      if (!Number.isFinite(value)) expect(Number.isFinite(y[i])).toBe(false);
    });
    tf.dispose([x, w, bias, dy, image]);
  });

  test('frees what it borrows, and survives the growth of the memory', () => {
    const { call, x, w, bias, dy, host } = prepare(kind, engine, { input: [2, 8, 9, 5], outChannels: 6 });
    const before = tf.memory().numDataBuffers;
    const grown = tf.zeros([2 ** 22]);
    const y = run(x.size, () => winograd.forward(call, x, w, bias));
    const large = tf.zeros([2 ** 24]);
    expect(run(x.size, () => winograd.forward(call, x, w, bias))).toEqual(y);
    const dw = run(x.size, () => winograd.filterGradient(call, x, dy));
    expect(errorOf(dw, hostFilterGradient(host, x.dataSync(), dy.dataSync()))).toBeLessThan(tolerance);
    tf.dispose([grown, large]);
    expect(tf.memory().numDataBuffers).toBe(before);
    tf.dispose([x, w, bias, dy]);
  });
});

test('Winograd is not chosen for strides, other kernels, few channels or images smaller than half a tile', () => {
  const supports = (
    input: number[],
    filter: number[],
    strides = 1,
    pass: ConvolutionPass = 'forward',
  ): boolean => winograd.supports(pass, convGeometry(input, filter, { strides, pad: 'same' }));
  expect(supports([1, 8, 8, 32], [3, 3, 32, 32])).toBe(true);
  expect(supports([1, 8, 8, 32], [3, 3, 32, 32], 2)).toBe(false);
  expect(supports([1, 8, 8, 32], [5, 3, 32, 32])).toBe(false);
  expect(supports([1, 8, 8, 3], [3, 3, 3, 32])).toBe(false);
  expect(supports([1, 8, 8, 32], [3, 3, 32, 1])).toBe(false);
  expect(supports([1, 2, 2, 32], [3, 3, 32, 32])).toBe(false);
  expect(supports([1, 8, 8, 32], [3, 3, 32, 32], 1, 'filterGradient')).toBe(false);
  expect(supports([3, 8, 8, 32], [3, 3, 32, 32], 1, 'filterGradient')).toBe(true);
});
