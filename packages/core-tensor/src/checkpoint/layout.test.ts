import fc from 'fast-check';
import { expect, test } from 'vitest';
import { fromDiskLayout, type TensorLayout, toDiskLayout } from './layout.ts';

/** Codes each element by its own index, so that a wrong place shows. */
const indexed = (shape: readonly number[], code: (...index: number[]) => number) => {
  const values = new Uint32Array(shape.reduce((product, axis) => product * axis, 1));
  values.forEach((_, flat) => {
    let rest = flat;
    const index = [...shape].reverse().map((axis) => {
      const at = rest % axis;
      rest = Math.floor(rest / axis);
      return at;
    });
    values[flat] = code(...index.reverse());
  });
  return values;
};

test('conv goes from [kh, kw, in, out] to [out, in, kh, kw]', () => {
  const memory = indexed([2, 3, 4, 5], (kh, kw, input, output) => kh * 1000 + kw * 100 + input * 10 + output);
  const { values, shape } = toDiskLayout(memory, [2, 3, 4, 5], { layout: 'conv' });
  expect(shape).toEqual([5, 4, 2, 3]);
  expect(values).toEqual(
    indexed([5, 4, 2, 3], (output, input, kh, kw) => kh * 1000 + kw * 100 + input * 10 + output),
  );
});

test('convTransposed goes from [kh, kw, out, in] to [in, out, kh, kw]', () => {
  const memory = indexed([2, 3, 4, 5], (kh, kw, output, input) => kh * 1000 + kw * 100 + input * 10 + output);
  const { values, shape } = toDiskLayout(memory, [2, 3, 4, 5], { layout: 'convTransposed' });
  expect(shape).toEqual([5, 4, 2, 3]);
  expect(values).toEqual(
    indexed([5, 4, 2, 3], (input, output, kh, kw) => kh * 1000 + kw * 100 + input * 10 + output),
  );
});

test('linear goes from [in, out] to [out, in]', () => {
  const { values, shape } = toDiskLayout(Uint32Array.of(1, 2, 3, 4, 5, 6), [2, 3], { layout: 'linear' });
  expect(shape).toEqual([3, 2]);
  expect([...values]).toEqual([1, 4, 2, 5, 3, 6]);
});

test('linearFromChw reorders its input from height, width, channels to channels, height, width', () => {
  const [channels, height, width] = [3, 2, 4];
  const code = (c: number, h: number, w: number, output: number) => c * 1000 + h * 100 + w * 10 + output;
  const memory = indexed([height, width, channels, 5], (h, w, c, output) => code(c, h, w, output));
  const layout = { layout: 'linearFromChw', chwShape: [channels, height, width] } as const;
  const { values, shape } = toDiskLayout(memory, [24, 5], layout);
  expect(shape).toEqual([5, 24]);
  expect(values).toEqual(indexed([5, channels, height, width], (output, c, h, w) => code(c, h, w, output)));
});

test('there and back gives the same bits for every layout, with NaN payloads and −0', () => {
  const axis = fc.integer({ min: 1, max: 5 });
  const anyCase = fc.oneof(
    fc.tuple(fc.constantFrom('conv', 'convTransposed'), fc.tuple(axis, axis, axis, axis)),
    fc.tuple(fc.constant('linear'), fc.tuple(axis, axis)),
    fc.tuple(fc.constant('plain'), fc.array(axis, { maxLength: 4 })),
    fc.tuple(fc.constant('linearFromChw'), fc.tuple(axis, axis, axis, axis)),
  );
  const special = fc.constantFrom(0x7fc0_1234, 0xffff_ffff, 0x8000_0000, 0x7f80_0001, 0);
  fc.assert(
    fc.property(anyCase, fc.array(fc.oneof(special, fc.nat()), { minLength: 1 }), ([name, dims], bits) => {
      const isChw = name === 'linearFromChw';
      const [c, h, w, output] = dims as number[];
      const shape = isChw ? [c! * h! * w!, output!] : dims;
      const layout = { layout: name, ...(isChw && { chwShape: [c!, h!, w!] }) } as TensorLayout;
      const size = shape.reduce((product, length) => product * length, 1);
      const memory = Uint32Array.from({ length: size }, (_, index) => bits[index % bits.length]!);
      const disk = toDiskLayout(memory, shape, layout);
      expect(fromDiskLayout(disk.values, disk.shape, layout)).toEqual({ values: memory, shape });
    }),
    { numRuns: 500, seed: 4 },
  );
});

test('a shape that is not of the layout is refused', () => {
  expect(() => toDiskLayout(new Uint32Array(4), [2, 2], { layout: 'conv' })).toThrow(/rank/);
  expect(() => toDiskLayout(new Uint32Array(4), [4], { layout: 'linear' })).toThrow(/rank/);
  expect(() =>
    toDiskLayout(new Uint32Array(4), [4, 1], { layout: 'linearFromChw', chwShape: [3, 1, 1] }),
  ).toThrow(/channels x height x width/);
});
