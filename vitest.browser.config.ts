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
const tfjsPackages = ['@tensorflow/tfjs', '@tensorflow/tfjs-backend-wasm', '@tensorflow/tfjs-backend-webgpu'];
const tfjsFolder = fileURLToPath(new URL('./packages/backend/node_modules/', import.meta.url));

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
      // Only packages/backend has tfjs; the optimiser looks from the root.
      alias: tfjsPackages.map((name) => ({
        find: new RegExp(`^${name}$`),
        replacement: `${tfjsFolder}${name}`,
      })),
    },
    server: { headers },
    // Found while a test runs, they would reload the page under it.
    optimizeDeps: { include: tfjsPackages },
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
