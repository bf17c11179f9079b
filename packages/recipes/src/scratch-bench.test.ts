import { test } from 'vitest'; test('b', async () => { await import('../scratch-bench.ts'); }, 300000);
