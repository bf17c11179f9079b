// The same in a Worker, where a page that stays responsive trains.
import { show } from './show.js';

show((threads) => {
  const worker = new Worker(new URL('./training-worker.js', import.meta.url), { type: 'module' });
  worker.postMessage(threads);
  return new Promise((resolve, reject) => {
    worker.onmessage = ({ data }) => resolve(data);
    worker.onerror = ({ message }) => reject(new Error(message || 'the Worker did not load'));
  });
});
