import { expect, test } from 'vitest';
import { describeOnThreads } from '../../testing/describe-on-threads.ts';
import { tf } from '../../tf.ts';
import type { ConvolutionPass } from './algorithm.ts';
import { convGeometry } from './geometry.ts';
import { hostFilterGradient, hostForward, hostInputGradient } from './host-convolution.test-support.ts';
import { stridedWinograd } from './strided-winograd.ts';
import { type Case, callOf, errorOf, prepare, run, title, tolerance } from './winograd-cases.test-support.ts';

const kind = { size: 4, stride: 2 };
const cases: readonly Case[] = [
  { input: [2, 16, 16, 8], outChannels: 8 },
  { input: [1, 14, 14, 16], outChannels: 12 },
  { input: [3, 9, 13, 8], outChannels: 20 },
  { input: [2, 15, 10, 24], outChannels: 8, pads: [0, 0, 0, 0] },
  { input: [1, 12, 11, 8], outChannels: 32, pads: [2, 1, 3, 2] },
  { input: [1, 7, 8, 16], outChannels: 36, pads: [3, 3, 2, 2] },
  { input: [33, 8, 8, 8], outChannels: 8 },
  // More channels than one pass of the input or one group of outputs takes.
  { input: [1, 8, 6, 136], outChannels: 140 },
  // So many tiles that blocks are large, and a last block that is not full.
  { input: [29, 18, 14, 8], outChannels: 8 },
];

describeOnThreads('strided Winograd convolution', (engine) => {
  test.each(cases.map((entry) => [title(entry), entry] as const))(
    '%s: the three passes equal the float64 definition',
    (_title, entry) => {
      const { call, host, x, w, bias, dy } = prepare(kind, engine, entry);
      const reference = hostForward(host, x.dataSync(), w.dataSync());
      const y = run(x.size, () => stridedWinograd.forward(call, x, w, undefined));
      expect(errorOf(y, reference)).toBeLessThan(tolerance);
      const added = bias.dataSync();
      const withBias = reference.map((value, i) => value + added[i % added.length]!);
      expect(
        errorOf(
          run(x.size, () => stridedWinograd.forward(call, x, w, bias)),
          withBias,
        ),
      ).toBeLessThan(tolerance);
      const dx = run(x.size, () => stridedWinograd.inputGradient(call, dy, w));
      expect(errorOf(dx, hostInputGradient(host, dy.dataSync(), w.dataSync()))).toBeLessThan(tolerance);
      const dw = run(x.size, () => stridedWinograd.filterGradient(call, x, dy));
      expect(errorOf(dw, hostFilterGradient(host, x.dataSync(), dy.dataSync()))).toBeLessThan(tolerance);
      // The control: a kernel that writes nothing leaves the NaN that run() puts there.
      const unwritten = run(x.size, () => call.backend.makeOutput([...host.outputShape], 'float32'));
      expect(errorOf(unwritten, reference)).not.toBeLessThan(tolerance);
      tf.dispose([x, w, bias, dy]);
    },
  );

  test('an image has the same bits in every batch and at every place in it', () => {
    const { x, w, bias, dy } = prepare(kind, engine, { input: [33, 14, 10, 8], outChannels: 20 });
    const passes = {
      forward: (part: tf.Tensor4D) =>
        stridedWinograd.forward(callOf(kind, engine, part.shape, w.shape), part, w, bias),
      inputGradient: (part: tf.Tensor4D) =>
        stridedWinograd.inputGradient(callOf(kind, engine, [part.shape[0], 14, 10, 8], w.shape), part, w),
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
        const own = whole.slice(first * length, (first + count) * length);
        expect(run(x.size, () => pass(part)).every((value, i) => Object.is(value, own[i]))).toBe(true);
        part.dispose();
      }
    }
    tf.dispose([x, w, bias, dy]);
  });

  test('NaN reaches every output that it enters, and no other image', () => {
    const { call, x, w, bias, dy, host } = prepare(kind, engine, { input: [3, 12, 12, 8], outChannels: 8 });
    const broken = x.dataSync().slice();
    broken[((1 * 12 + 4) * 12 + 5) * 8 + 2] = Number.NaN;
    const image = tf.tensor4d(broken, x.shape as [number, number, number, number]);
    const y = run(x.size, () => stridedWinograd.forward(call, image, w, undefined));
    const perImage = y.length / 3;
    hostForward(host, broken, w.dataSync()).forEach((value, i) => {
      if (Number.isNaN(value)) expect(y[i]).toBeNaN();
      else if (Math.floor(i / perImage) !== 1) expect(y[i]).not.toBeNaN();
    });
    const dw = run(x.size, () => stridedWinograd.filterGradient(call, image, dy));
    hostFilterGradient(host, broken, dy.dataSync()).forEach((value, i) => {
      if (Number.isNaN(value)) expect(dw[i]).toBeNaN();
    });
    tf.dispose([x, w, bias, dy, image]);
  });
});

test('it is chosen for 4×4 with stride 2, enough channels and images that fill their tiles', () => {
  const supports = (
    input: number[],
    filter: number[],
    strides = 2,
    pass: ConvolutionPass = 'forward',
  ): boolean => stridedWinograd.supports(pass, convGeometry(input, filter, { strides, pad: 'same' }));
  expect(supports([1, 14, 14, 64], [4, 4, 64, 128])).toBe(true);
  expect(supports([1, 14, 14, 64], [4, 4, 64, 128], 1)).toBe(false);
  expect(supports([1, 14, 14, 64], [3, 3, 64, 128])).toBe(false);
  expect(supports([1, 28, 28, 1], [4, 4, 1, 64])).toBe(false);
  expect(supports([1, 28, 28, 12], [4, 4, 12, 64])).toBe(true);
  expect(supports([1, 28, 28, 12], [4, 4, 12, 64], 2, 'inputGradient')).toBe(false);
  expect(supports([1, 4, 4, 64], [4, 4, 64, 64])).toBe(false);
  expect(supports([1, 16, 16, 256], [4, 4, 256, 256])).toBe(false);
  expect(supports([1, 16, 16, 256], [4, 4, 256, 256], 2, 'filterGradient')).toBe(true);
});
