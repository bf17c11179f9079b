import type { BackendName, tf } from '@tintype/backend';
import { describeOnBackends } from '@tintype/backend/testing';
import { expect, test } from 'vitest';
import { expectNoLeaks } from './expect-no-leaks.ts';

export interface GenerateRequest {
  readonly firstIndex: number;
  readonly count: number;
}

/** Something that makes images, fresh from its seed, with the seed of the samples fixed. */
export interface GeneratorSystem {
  /** Samples `firstIndex … firstIndex + count − 1` as [count, h, w, c] in [-1, 1]; the caller frees them. */
  generate(request: GenerateRequest): tf.Tensor4D | Promise<tf.Tensor4D>;
  dispose(): void;
}

export type CreateGenerator = () => GeneratorSystem | Promise<GeneratorSystem>;

export interface DescribeGeneratorOptions {
  /** @default cpu and wasm */
  readonly backends?: readonly BackendName[];
  /** How many images to make, at least 3. @default 5 */
  readonly count?: number;
}

/** Batches of another size may differ by this much on WebGPU, whose matrix product is not reproducible across shapes. */
const webgpuTolerance = 2 / 255;

/** The contract of everything that generates images, on each backend. */
export function describeGenerator(
  name: string,
  create: CreateGenerator,
  { backends, count = 5 }: DescribeGeneratorOptions = {},
): void {
  describeOnBackends(
    `${name}: generator`,
    (backend) => {
      const tolerance = backend === 'webgpu' ? webgpuTolerance : 0;
      test('sample i is the same image in any batch', () => assertBatchInvariant(create, count, tolerance));
      test('images are finite, in [-1, 1], and differ from each other', () => assertImages(create, count));
      test('generating leaves no tensor behind', async () => {
        const system = await create();
        await expectNoLeaks(async () => (await system.generate({ firstIndex: 0, count: 2 })).dispose());
        system.dispose();
      });
    },
    backends ? { backends } : {},
  );
}

/** One batch of all, twice, and the same samples one by one and from the middle. */
export async function assertBatchInvariant(
  create: CreateGenerator,
  count: number,
  tolerance: number,
): Promise<void> {
  const system = await create();
  try {
    const all = await read(system, { firstIndex: 0, count });
    expect(await read(system, { firstIndex: 0, count }), 'the same request twice').toEqual(all);
    const size = all.length / count;
    for (let i = 0; i < count; i++) {
      const alone = await read(system, { firstIndex: i, count: 1 });
      expectWithin(alone, all.subarray(i * size, (i + 1) * size), tolerance, `sample ${i} alone`);
    }
    const tail = await read(system, { firstIndex: 1, count: count - 1 });
    expectWithin(tail, all.subarray(size), tolerance, `samples 1 … ${count - 1}`);
  } finally {
    system.dispose();
  }
}

export async function assertImages(create: CreateGenerator, count: number): Promise<void> {
  const system = await create();
  try {
    const images = await read(system, { firstIndex: 0, count });
    expect(
      images.every((value) => value >= -1 && value <= 1),
      'every value in [-1, 1]',
    ).toBe(true);
    const size = images.length / count;
    expect(images.subarray(0, size), 'sample 0 and sample 1').not.toEqual(images.subarray(size, 2 * size));
  } finally {
    system.dispose();
  }
}

async function read(system: GeneratorSystem, request: GenerateRequest): Promise<Float32Array> {
  const images = await system.generate(request);
  try {
    expect(images.shape[0], 'images made').toBe(request.count);
    return (await images.data<'float32'>()).slice();
  } finally {
    images.dispose();
  }
}

function expectWithin(actual: Float32Array, expected: Float32Array, tolerance: number, what: string): void {
  expect(actual.length, what).toBe(expected.length);
  const worst = actual.reduce((most, value, i) => Math.max(most, Math.abs(value - expected[i]!)), 0);
  expect(worst, `${what} against the whole batch`).toBeLessThanOrEqual(tolerance);
}
