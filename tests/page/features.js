// One image read with a shipped network, whose weights the page fetches.
import { closeBackend, selectBackend, tf } from '@tintype/core-tensor';
import { loadFeatureNetwork } from '@tintype/metrics';
import { show } from './show.js';

show(async () => {
  await selectBackend({ backend: 'wasm', threads: 1 });
  const network = await loadFeatureNetwork('mnist');
  const image = tf.sin(tf.range(0, 28 * 28).mul(0.3)).reshape([1, 28, 28, 1]);
  const features = Array.from(await network.features(image).data());
  const result = { hash: network.hash, features, image: Array.from(await image.data()) };
  await closeBackend();
  return result;
});
