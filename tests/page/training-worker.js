import { trainOnBoth } from './train.js';

// A rejection would only be heard inside the Worker.
addEventListener('message', ({ data }) =>
  trainOnBoth(data).then(postMessage, (error) => postMessage({ error: String(error) })),
);
