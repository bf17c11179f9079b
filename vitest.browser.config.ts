import { existsSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { playwright } from '@vitest/browser-playwright';
import type { TestProjectInlineConfiguration } from 'vitest/config';

const executablePath = process.env.TINTYPE_CHROMIUM ?? '/usr/bin/chromium';
const args = [
  '--no-sandbox',
  '--disable-quic',
  '--no-first-run',
  '--disable-background-networking',
  '--disable-component-update',
  '--disable-sync',
  '--enable-unsafe-webgpu',
  '--enable-features=Vulkan',
  '--ignore-gpu-blocklist',
  '--use-webgpu-adapter=swiftshader',
];
/** A cross-origin-isolated page, as the docs and benchmark pages are. */
const headers = {
  'Cross-Origin-Opener-Policy': 'same-origin',
  'Cross-Origin-Embedder-Policy': 'require-corp',
};
/** Third-party packages that pages load, by the package that depends on them. */
const dependencies = {
  backend: ['@tensorflow/tfjs', '@tensorflow/tfjs-backend-wasm', '@tensorflow/tfjs-backend-webgpu'],
  'core-tensor': ['fast-png', 'fastest-levenshtein', 'valibot'],
};
const packages = fileURLToPath(new URL('./packages/', import.meta.url));

/** False where the browser project has nothing to run. */
export const hasChromium = existsSync(executablePath);

/**
 * The tests named *.browser.test.ts in headless Chromium. Where there is none they are left out with one line on
 * the console, and the run fails if TINTYPE_REQUIRE lists `browser`.
 */
export function browserProject(conditions: string[]): TestProjectInlineConfiguration {
  if (!hasChromium) reportAbsence();
  return {
    resolve: {
      conditions,
      // The optimiser looks from the root, which has none of them.
      alias: Object.entries(dependencies).flatMap(([owner, names]) =>
        names.map((name) => ({
          find: new RegExp(`^${name}$`),
          replacement: `${packages}${owner}/node_modules/${name}`,
        })),
      ),
    },
    server: { headers },
    // Found while a test runs, they would reload the page under it.
    optimizeDeps: { include: Object.values(dependencies).flat() },
    test: {
      name: 'browser',
      include: hasChromium ? ['packages/*/src/**/*.browser.test.ts', 'apps/*/src/**/*.browser.test.ts'] : [],
      testTimeout: 120_000,
      hookTimeout: 120_000,
      browser: {
        enabled: hasChromium,
        headless: true,
        screenshotFailures: false,
        instances: [{ browser: 'chromium' }],
        provider: playwright({ launchOptions: { executablePath, args } }),
      },
    },
  };
}

function reportAbsence(): void {
  const message = `no Chromium at ${executablePath} (TINTYPE_CHROMIUM names another)`;
  const required = (process.env.TINTYPE_REQUIRE ?? '').split(',').map((name) => name.trim());
  if (required.includes('browser')) throw new Error(`TINTYPE_REQUIRE lists browser: ${message}`);
  console.warn(`browser tests skipped: ${message}`);
}
