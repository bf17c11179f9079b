import { availableParallelism } from 'node:os';
import { defineConfig } from 'vitest/config';
import { browserProject, hasChromium } from './vitest.browser.config.ts';

const conditions = ['source'];
const timeouts = { testTimeout: 120_000, hookTimeout: 120_000 };
const elsewhere = ['**/*.{browser,long}.test.ts', '**/node_modules/**'];
/** Tests that leave nothing behind in their process share one, which saves the start of a process for each file. */
const together = [
  'packages/{metrics,datasets}/src/**/*.test.ts',
  'packages/core-tensor/src/{checkpoint,config,images,layers,monitors,optimizers,parameters,random}/**/*.test.ts',
];
// `node` and `node-together` are the default projects; `browser` runs *.browser.test.ts in Chromium; `long` holds the forms that take minutes.
export default defineConfig({
  test: {
    passWithNoTests: !hasChromium,
    // Most tests keep one core busy; by default the last core stays idle, which is half of a small machine.
    maxWorkers: Math.max(2, availableParallelism() - 1),
    projects: [
      {
        resolve: { conditions },
        ssr: { resolve: { conditions } },
        test: {
          name: 'node',
          include: ['packages/*/src/**/*.test.ts', 'apps/*/src/**/*.test.ts', 'tests/*.test.ts'],
          exclude: [...together, ...elsewhere],
          pool: 'forks',
          ...timeouts,
        },
      },
      {
        resolve: { conditions },
        ssr: { resolve: { conditions } },
        test: {
          name: 'node-together',
          include: together,
          exclude: elsewhere,
          pool: 'forks',
          isolate: false,
          ...timeouts,
        },
      },
      {
        resolve: { conditions },
        ssr: { resolve: { conditions } },
        test: {
          name: 'long',
          include: process.env.TINTYPE_LONG ? ['{packages,apps}/*/src/**/*.long.test.ts'] : [],
          pool: 'forks',
          testTimeout: 3_600_000,
        },
      },
      browserProject(conditions),
    ],
  },
});
