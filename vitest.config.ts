import { defineConfig } from 'vitest/config';
import { browserProject, hasChromium } from './vitest.browser.config.ts';

const conditions = ['source'];
// `node` is the default project; `browser` runs *.browser.test.ts in Chromium; `long` holds the forms that take minutes (*.long.test.ts).
export default defineConfig({
  test: {
    passWithNoTests: !hasChromium,
    projects: [
      {
        resolve: { conditions },
        ssr: { resolve: { conditions } },
        test: {
          name: 'node',
          include: ['packages/*/src/**/*.test.ts', 'apps/*/src/**/*.test.ts', 'tests/*.test.ts'],
          exclude: ['**/*.browser.test.ts', '**/*.long.test.ts', '**/node_modules/**'],
          pool: 'forks',
          testTimeout: 120_000,
          hookTimeout: 120_000,
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
