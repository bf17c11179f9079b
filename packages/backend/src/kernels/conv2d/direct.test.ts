import { describe, expect, test } from 'vitest';
import { describeOnThreads } from '../../testing/describe-on-threads.ts';
import { tf } from '../../tf.ts';
import type { WasmBackend } from '../wasm-backend.ts';
import type { ConvolutionCall } from './algorithm.ts';
import { directConvolution } from './direct.ts';
import { type ConvGeometry, convGeometry } from './geometry.ts';
import { hostFilterGradient, hostForward, hostInputGradient } from './host-convolution.test-support.ts';

type Shape4 = [number, number, number, number];
type Padding = 'same' | 'valid' | number | [number, number][];

const explicit = (top: number, bottom: number, left: number, right: number): [number, number][] => [
  [0, 0],
  [top, bottom],
  [left, right],
  [0, 0],
];

/** [images, filter, stride, padding] */
const cases: readonly [Shape4, Shape4, number | [number, number], Padding][] = [
  [[2, 7, 5, 1], [3, 3, 1, 5], 1, 'same'],
  [[2, 7, 5, 12], [3, 3, 12, 1], 1, 'same'],
  [[2, 6, 9, 16], [3, 3, 16, 3], 1, 'valid'],
  [[3, 9, 7, 3], [3, 3, 3, 12], 2, 'same'],
  [[2, 9, 9, 5], [1, 1, 5, 12], 1, 'valid'],
  [[2, 9, 8, 5], [1, 1, 5, 3], 2, 'same'],
  [[2, 8, 8, 2], [1, 1, 2, 3], 1, 2],
  [[2, 14, 13, 5], [4, 4, 5, 12], 2, 'same'],
  [[2, 14, 14, 1], [4, 4, 1, 64], 2, 'same'],
  [[1, 5, 6, 64], [4, 4, 64, 1], 2, 1],
  [[2, 11, 10, 3], [5, 5, 3, 12], 2, 'same'],
  [[2, 11, 12, 2], [5, 5, 2, 2], [1, 2], 'valid'],
  [[1, 7, 7, 12], [7, 7, 12, 1], 1, 'valid'],
  [[1, 6, 5, 2], [2, 2, 2, 9], 1, explicit(3, 3, 2, 4)],
  [[2, 6, 5, 8], [3, 2, 8, 8], 2, explicit(0, 2, 2, 1)],
  [[2, 10, 7, 3], [2, 3, 3, 4], 3, 'valid'],
  [[1, 3, 100, 2], [3, 3, 2, 2], 1, 'same'],
  [[1, 40, 4, 8], [3, 3, 8, 2], 1, 'same'],
  [[2, 5, 4, 130], [3, 3, 130, 70], 1, 'same'],
  [[1, 4, 4, 300], [4, 4, 300, 24], 2, 'same'],
  [[33, 6, 6, 16], [3, 3, 16, 8], 1, 'same'],
];

const sums = new Map<string, Float32Array>();

describeOnThreads(
  'direct convolution',
  (engine) => {
    const backend = () => tf.backend() as unknown as WasmBackend;
    const callFor = (geometry: ConvGeometry): ConvolutionCall => ({ backend: poisoning(), engine, geometry });

    test.each(cases)(
      '%j * %j, stride %j, padding %j: three passes equal the float64 definition',
      (input, filter, strides, pad) => {
        const geometry = convGeometry(input, filter, { strides, pad });
        const outputShape = [geometry.batch, geometry.outHeight, geometry.outWidth, geometry.outChannels];
        const [x, w, dy, bias] = [input, filter, outputShape, [geometry.outChannels]].map(values) as [
          Float32Array,
          Float32Array,
          Float32Array,
          Float32Array,
        ];
        const host = {
          ...{ inputShape: input, filterShape: filter, outputShape, dilations: [1, 1] as [number, number] },
          strides: [geometry.strideHeight, geometry.strideWidth] as [number, number],
          ...{ padTop: geometry.padTop, padLeft: geometry.padLeft },
        };
        const call = callFor(geometry);
        const [tx, tw, tdy, tb] = [
          tf.tensor(x, input),
          tf.tensor(w, filter),
          tf.tensor(dy, outputShape),
          tf.tensor(bias),
        ];
        const y = hostForward(host, x, w);
        expectClose(read(directConvolution.forward(call, tx, tw, undefined)), y);
        const biased = y.map((value, i) => value + bias[i % bias.length]!);
        expectClose(read(directConvolution.forward(call, tx, tw, tb)), biased);
        expectClose(read(directConvolution.inputGradient(call, tdy, tw)), hostInputGradient(host, dy, w));
        const dw = read(directConvolution.filterGradient(call, tx, tdy));
        expectClose(dw, hostFilterGradient(host, x, dy));
        // Sums must not depend on the number of threads.
        const name = `${engine.isRelaxed} ${input} ${filter} ${strides} ${pad}`;
        expect(bits(dw).equals(bits(sums.get(name) ?? dw))).toBe(true);
        sums.set(name, dw);
        tf.dispose([tx, tw, tdy, tb]);
      },
    );

    describe.each([
      ['many channels', [6, 7, 16], [3, 3, 16, 8], 1],
      ['a stride', [9, 9, 5], [4, 4, 5, 12], 2],
      ['one channel out', [7, 7, 12], [3, 3, 12, 1], 1],
      ['one channel in', [28, 28, 1], [4, 4, 1, 16], 2],
      ['one tap', [5, 5, 12], [1, 1, 12, 9], 1],
    ] as [string, number[], Shape4, number][])('with %s', (_name, image, filter, strides) => {
      test('an image has the same bits in every batch and place', () => {
        const size = tf.util.sizeFromShape(image);
        const [one, w] = [values(image), values(filter)];
        const tw = tf.tensor(w, filter);
        let expected: Float32Array[] | undefined;
        for (let batch = 1; batch <= 33; batch++) {
          for (const place of new Set([0, batch >> 1, batch - 1])) {
            const x = values([batch, ...image]);
            x.set(one, place * size);
            const geometry = convGeometry([batch, ...image], filter, { strides, pad: 'same' });
            const call = callFor(geometry);
            const { outHeight, outWidth, outChannels } = geometry;
            const outSize = outHeight * outWidth * outChannels;
            const dy = values([batch, outSize]);
            dy.set(values([outSize]), place * outSize);
            const [tx, tdy] = [tf.tensor(x), tf.tensor(dy)];
            const y = read(directConvolution.forward(call, tx, tw, undefined));
            const dx = read(directConvolution.inputGradient(call, tdy, tw));
            const got = [
              y.slice(place * outSize, (place + 1) * outSize),
              dx.slice(place * size, (place + 1) * size),
            ];
            expected ??= got;
            got.forEach((part, i) => {
              expect(bits(part).equals(bits(expected![i]!))).toBe(true);
            });
            tf.dispose([tx, tdy]);
          }
        }
        tw.dispose();
      });
    });

    test('NaN and infinity reach exactly the outputs that see them', () => {
      for (const [filter, strides] of [
        [[3, 3, 4, 9], 1],
        [[3, 3, 4, 1], 1],
        [[4, 4, 4, 3], 2],
      ] as [Shape4, number][]) {
        const shape: Shape4 = [1, 8, 8, 4];
        const x = values(shape);
        x[(3 * 8 + 5) * 4] = Number.NaN;
        x[(6 * 8 + 1) * 4 + 2] = Number.POSITIVE_INFINITY;
        const geometry = convGeometry(shape, filter, { strides, pad: 'same' });
        const call = callFor(geometry);
        const [tx, tw] = [tf.tensor(x), tf.tensor(values(filter), filter)];
        const y = read(directConvolution.forward(call, tx, tw, undefined));
        const sees = (position: number, row: number, column: number) => {
          const top = Math.floor(position / geometry.outWidth) * geometry.strideHeight - geometry.padTop;
          const left = (position % geometry.outWidth) * geometry.strideWidth - geometry.padLeft;
          return row >= top && row < top + filter[0] && column >= left && column < left + filter[1];
        };
        y.forEach((value, i) => {
          const position = Math.floor(i / geometry.outChannels);
          if (sees(position, 3, 5)) expect(value).toBeNaN();
          else if (sees(position, 6, 1)) expect(Math.abs(value)).toBe(Number.POSITIVE_INFINITY);
          else expect(Number.isFinite(value)).toBe(true);
        });
        tf.dispose([tx, tw]);
      }
    });

    test('stays right when the heap grows in the middle', () => {
      const [input, filter]: [Shape4, Shape4] = [
        [4, 32, 32, 24],
        [5, 5, 24, 16],
      ];
      const call = callFor(convGeometry(input, filter, { strides: 1, pad: 'same' }));
      const [tx, tw, tdy] = [
        tf.tensor(values(input)),
        tf.tensor(values(filter), filter),
        tf.tensor(values([4, 32, 32, 16])),
      ];
      const passes = [
        () => directConvolution.forward(call, tx, tw, undefined),
        () => directConvolution.inputGradient(call, tdy, tw),
        () => directConvolution.filterGradient(call, tx, tdy),
      ];
      const expected = passes.map((pass) => read(pass()));
      const start = backend().wasm.HEAPU8.byteLength;
      const held: tf.TensorInfo[] = [];
      while (backend().wasm.HEAPU8.byteLength < start + 2 ** 25) {
        passes.forEach((pass, i) => {
          const result = pass();
          held.push(result);
          expect(bits(backend().typedArrayFromHeap(result) as Float32Array).equals(bits(expected[i]!))).toBe(
            true,
          );
        });
      }
      for (const { dataId } of held) backend().disposeData(dataId);
      tf.dispose([tx, tw, tdy]);
    });

    test('the control: an output that nothing is written to is not met', () => {
      const geometry = convGeometry([1, 5, 5, 2], [3, 3, 2, 4], { strides: 1, pad: 'same' });
      const call = callFor(geometry);
      const nothing = call.backend.makeOutput([1, 5, 5, 4], 'float32');
      expect(() => expectClose(read(nothing), new Float64Array(100))).toThrow();
    });

    /** The backend, but all memory that it gives is full of NaN. */
    function poisoning(): WasmBackend {
      return Object.assign(Object.create(backend()) as WasmBackend, {
        makeOutput(shape: number[], dtype: tf.DataType) {
          const output = backend().makeOutput(shape, dtype);
          backend().typedArrayFromHeap(output).fill(Number.NaN);
          return output;
        },
      });
    }

    function read(result: tf.TensorInfo): Float32Array {
      const copy = (backend().typedArrayFromHeap(result) as Float32Array).slice();
      backend().disposeData(result.dataId);
      return copy;
    }
  },
  { builds: ['simd', 'relaxed'] },
);

function bits(values: Float32Array): Buffer {
  return Buffer.from(values.buffer, values.byteOffset, values.byteLength);
}

/** Within rounding of sums of thousands of products of size one. */
function expectClose(got: Float32Array, expected: Float64Array): void {
  expect(got.length).toBe(expected.length);
  let worst = 0;
  expected.forEach((value, i) => {
    const error = Math.abs(got[i]! - value) / (1 + Math.abs(value));
    if (!(error <= worst)) worst = error;
  });
  expect(worst).toBeLessThan(3e-5);
}

/** Values in [-1, 1) that repeat only after thousands, others for each shape. */
function values(shape: number[]): Float32Array {
  const seed = shape.reduce((sum, size, axis) => sum + (axis + 1) * size, 0);
  const size = shape.reduce((product, length) => product * length, 1);
  return Float32Array.from(
    { length: size },
    (_, i) => (((i + 1) * (7919 + 1009 * seed)) % 2003) / 1001.5 - 1,
  );
}
