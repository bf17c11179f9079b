// Trains a small convolutional net for some steps on the backends that the address asks for, and shows the losses.
import { closeBackend, selectBackend, tf } from '@tintype/backend';

const violations = [];
document.addEventListener('securitypolicyviolation', ({ effectiveDirective, blockedURI }) =>
  violations.push(`${effectiveDirective} ${blockedURI}`),
);

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

const output = document.querySelector('output');
try {
  const threads = Number(new URLSearchParams(location.search).get('threads'));
  const wasm = await run({ order: ['wasm', 'cpu'], threads });
  const cpu = await run({ backend: 'cpu' });
  output.textContent = JSON.stringify({ wasm, cpu, violations, isIsolated: crossOriginIsolated });
} catch (error) {
  output.textContent = JSON.stringify({ error: String(error), violations });
}
