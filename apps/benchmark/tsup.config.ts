import { defineConfig } from 'tsup';

export default defineConfig({
  entry: {
    main: 'src/main.ts',
    'tintype-worker': 'src/worker/main.ts',
    'jax-js-worker': 'src/jax-js/main.ts',
  },
  // Peers that may be absent.
  external: ['@jax-js/jax', 'playwright', 'vite'],
  format: ['esm'],
  target: 'node20',
  sourcemap: true,
  clean: true,
});
