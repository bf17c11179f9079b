// A small convolutional net and a few steps of its training, on the backends that a page's address asks for.
import { closeBackend, selectBackend, tf } from '@tintype/backend';

const steps = 5;
const learningRate = 0.05;
const wave = (shape, phase) =>
  tf.sin(tf.range(0, tf.util.sizeFromShape(shape)).mul(0.7).add(phase)).reshape(shape);

function train() {
  const filters = tf.variable(wave([3, 3, 3, 8], 0).mul(0.3));
  const heads = tf.variable(wave([3, 3, 8, 4], 1).mul(0.3));
  const images = wave([4, 16, 16, 3], 2);
  const targets = wave([4, 8, 8, 4], 3);
  const optimizer = tf.train.momentum(learningRate, 0.9);
  const losses = [];
  for (let step = 0; step < steps; step++) {
    const loss = optimizer.minimize(
      () => {
        const hidden = tf.leakyRelu(tf.conv2d(images, filters, 2, 'same'));
        return tf.mean(tf.square(tf.conv2d(hidden, heads, 1, 'same').sub(targets)));
      },
      true,
      [filters, heads],
    );
    losses.push(loss.dataSync()[0]);
  }
  return losses;
}

async function run(options) {
  const info = await selectBackend(options);
  const losses = train();
  await closeBackend();
  return { ...info, losses };
}

/** What runs and the losses on wasm with so many threads, and on cpu. */
export async function trainOnBoth(threads) {
  const wasm = await run({ order: ['wasm', 'cpu'], threads });
  const cpu = await run({ backend: 'cpu' });
  return { wasm, cpu, isIsolated: crossOriginIsolated };
}
