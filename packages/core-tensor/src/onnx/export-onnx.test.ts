import { TintypeError, tf } from '@tintype/backend';
import { InferenceSession, Tensor } from 'onnxruntime-node';
import { expect, test } from 'vitest';
import { createBatchNorm } from '../layers/batch-norm.ts';
import { createConv2d } from '../layers/conv2d.ts';
import { dropout } from '../layers/dropout.ts';
import { createGroupNorm } from '../layers/group-norm.ts';
import { createLinear } from '../layers/linear.ts';
import { createParameters } from '../parameters/create-parameters.ts';
import { createRandomStream } from '../random/create-random-stream.ts';
import { describeOnBackends } from '../testing/index.ts';
import { exportOnnx } from './export-onnx.ts';
import { openOnnx } from './open-onnx.test-support.ts';

const rng = createRandomStream(1);
const refusal = (message: RegExp) =>
  expect.objectContaining({ code: 'E_CONFIG', message: expect.stringMatching(message) });
const image = { x: { shape: ['batch', 4, 4, 2] } } as const;

describeOnBackends('exportOnnx', () => {
  test('one file holds for every batch size, with parameters under their names', async () => {
    const { scope, parameters, dispose } = createParameters(rng);
    const conv = createConv2d(scope.child('conv'), { inChannels: 2, outChannels: 4, kernelSize: 3 });
    const norm = createGroupNorm(scope.child('norm'), { groups: 2, channels: 4, activation: 'silu' });
    const head = createLinear(scope.child('head'), { inFeatures: 16, outFeatures: 3 });
    const run = (x: tf.Tensor4D) => tf.tidy(() => head(tf.reshape(norm(conv(x)), [-1, 16])));
    const before = tf.memory().numTensors;
    const file = await exportOnnx({
      inputs: image,
      run: ({ x }) => ({ scores: run(x as tf.Tensor4D) }),
      parameters,
    });
    expect(tf.memory().numTensors).toBe(before);
    const inFile = await openOnnx(file);
    for (const batch of [1, 3]) {
      const x = rng.normal<tf.Rank.R4>([batch, 4, 4, 2]);
      expect((await inFile({ x })).scores).toBeAllClose(run(x));
    }
    const text = new TextDecoder('latin1').decode(file);
    for (const name of parameters.keys()) expect(text).toContain(name);
    dispose();
  });

  test('images may lie NCHW in the file', async () => {
    const run = (x: tf.Tensor) => tf.mul(x, [1, 10]);
    const options = { inputs: { x: { ...image.x, layout: 'nchw' } }, outputLayout: 'nchw' } as const;
    const inFile = await openOnnx(await exportOnnx({ ...options, run: ({ x }) => run(x!) }));
    const x = rng.normal<tf.Rank.R4>([2, 4, 4, 2]);
    const { output } = await inFile({ x: tf.transpose(x, [0, 3, 1, 2]) });
    expect(output).toBeAllClose(tf.transpose(run(x), [0, 3, 1, 2]));
  });

  test('what does not depend on the inputs is folded, and what has one row per sample follows the batch', async () => {
    const run = (x: tf.Tensor) =>
      tf.tidy(() => {
        const rows = tf.fill([x.shape[0]!, 1], 2);
        return tf.concat([x, rows, tf.mul(rows, tf.exp(tf.tensor1d([1, 2])))], 1);
      });
    const file = await exportOnnx({ inputs: { x: { shape: ['batch', 2] } }, run: ({ x }) => run(x!) });
    expect(new TextDecoder('latin1').decode(file)).not.toContain('Exp\n');
    const x = rng.normal([4, 2]);
    expect((await (await openOnnx(file))({ x })).output).toBeAllClose(run(x));
  });

  test('an input that is an output, one output twice and an output without inputs are written', async () => {
    const file = await exportOnnx({
      inputs: { x: { shape: ['batch'] } },
      run: ({ x }) => {
        const y = tf.neg(x!);
        return { same: x!, first: y, second: y, fixed: tf.tensor1d([5]) };
      },
    });
    const outputs = await (await openOnnx(file))({ x: tf.tensor1d([1, 2]) });
    expect([...Object.values(outputs)].map((tensor) => [...tensor.dataSync()])).toEqual([
      [1, 2],
      [-1, -2],
      [-1, -2],
      [5],
    ]);
  });

  test('batch norm is exported with its running statistics, and refused while it trains', async () => {
    const { scope, parameters, dispose } = createParameters(rng);
    const norm = createBatchNorm(scope, { channels: 2 });
    parameters.get('running_mean')!.variable.assign(tf.tensor1d([1, -1]));
    const exported = (isTraining: boolean) =>
      exportOnnx({ inputs: image, run: ({ x }) => norm(x!, { isTraining }), parameters });
    const x = rng.normal<tf.Rank.R4>([3, 4, 4, 2]);
    const { output } = await (await openOnnx(await exported(false)))({ x });
    expect(output).toBeAllClose(norm(x, { isTraining: false }));
    await expect(exported(true)).rejects.toThrow(refusal(/changes a parameter.*running_mean/));
    dispose();
  });

  test('what cannot be written is refused, by name', async () => {
    const exported = (run: (x: tf.Tensor4D) => tf.Tensor) =>
      exportOnnx({ inputs: image, run: ({ x }) => tf.tidy(() => run(x as tf.Tensor4D)) });
    let calls = 0;
    const refused: [(x: tf.Tensor4D) => tf.Tensor, RegExp][] = [
      [(x) => tf.topk(x).values, /no ONNX form yet \(got TopK\)/],
      [(x) => dropout(x, 0.5, rng), /random numbers \(got TintypeRandom/],
      [(x) => tf.mul(x, ++calls), /changes from call to call/],
      [(x) => tf.mul(x, x.sum().dataSync()[0]!), /reads numbers that depend on its inputs/],
      [(x) => tf.add(x, tf.range(0, x.shape[0]).reshape([-1, 1, 1, 1])), /differs between the samples/],
      [(x) => (x.shape[0] === 2 ? tf.neg(x) : tf.exp(x)), /at another batch size: kernels/],
    ];
    for (const [run, message] of refused) {
      await expect(exported(run), String(message)).rejects.toThrow(refusal(message));
    }
    await expect(exportOnnx({ inputs: {}, run: () => tf.scalar(1) })).rejects.toThrow(TintypeError);
    // Nothing of a refused export stays behind in the engine.
    expect(tf.neg(tf.scalar(1)).dataSync()[0]).toBe(-1);
  });
});

describeOnBackends(
  'an exported file',
  () => {
    test('its signature names the batch, and onnxruntime refuses other sides', async () => {
      const file = await exportOnnx({
        inputs: { x: { shape: ['batch', 3] }, count: { shape: ['batch'], dtype: 'int32', type: 'int64' } },
        run: ({ x, count }) => tf.mul(x!, tf.reshape(tf.cast(count!, 'float32'), [-1, 1])),
      });
      const session = await InferenceSession.create(file);
      expect(session.inputMetadata).toMatchObject([
        { name: 'x', type: 'float32', shape: ['batch', 3] },
        { name: 'count', type: 'int64', shape: ['batch'] },
      ]);
      expect(session.outputMetadata).toMatchObject([{ name: 'output', shape: ['batch', 3] }]);
      const count = new Tensor('int64', BigInt64Array.of(2n), [1]);
      const fed = (sides: number[]) => ({
        x: new Tensor('float32', new Float32Array(sides[1]!), sides),
        count,
      });
      await session.run(fed([1, 3]));
      await expect(session.run(fed([1, 4]))).rejects.toThrow(/invalid dimensions/);
    });
  },
  { backends: ['cpu'] },
);
