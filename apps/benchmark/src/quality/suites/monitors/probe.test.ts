import { createRandomStream, selectBackend } from '@tintype/core-tensor';
import { test, vi } from 'vitest';
import { smallSystems } from './small-cases.ts';
import { watchTraining } from './small-training.ts';

const only = process.env.PROBE ?? '';
const f = (e: object) => Object.entries(e).map(([k, v]) => `${k} ${(v as number).toPrecision(3)}`).join(' ');
test('probe', async () => {
  await selectBackend({ backend: 'wasm', threads: 1 });
  for (const system of smallSystems) {
    for (const seed of [0, 1, 2]) {
      if (!(system.name + ' healthy').includes(only)) continue;
      const t = performance.now();
      const v = await watchTraining(system.create(createRandomStream(seed)), { steps: system.steps, rng: createRandomStream(seed) });
      console.log(`${system.name} seed ${seed} ${((performance.now() - t) / 1000).toFixed(1)} s HEALTHY: ${v.map((e) => `${e.step} ${e.verdict} ${f(e.evidence)}`).join('\n   ') || 'silent'}`);
    }
    for (const fault of system.faults)
      for (const seed of [0, 1, 2]) {
        if (!(system.name + ' ' + fault.name).includes(only)) continue;
        const t = performance.now();
        const v = await watchTraining(fault.create(createRandomStream(seed)), { steps: fault.steps, rng: createRandomStream(seed), until: fault.verdict }).catch((e) => { console.log(String(e)); return [] as never; });
        console.log(`  ${fault.name} → ${fault.verdict} seed ${seed} ${((performance.now() - t) / 1000).toFixed(1)} s: ${v.map((e) => `${e.step} ${e.verdict} ${f(e.evidence)}`).join('\n      ') || 'SILENT'}`);
      }
  }
}, 600000);
