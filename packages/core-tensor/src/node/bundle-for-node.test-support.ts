import { basename, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { build } from 'tsup';

const errorsOnly = fileURLToPath(new URL('../../../backend/src/errors/tintype-error.ts', import.meta.url));

/**
 * Bundles a TypeScript program for a child process, which Node cannot run as it is. Of the backend only the error
 * class is taken in, so that the child starts in milliseconds. Returns the path of the program.
 */
export async function bundleForNode(entry: URL, outDir: string): Promise<string> {
  const source = fileURLToPath(entry);
  await build({
    entry: [source],
    outDir,
    config: false,
    format: 'esm',
    platform: 'node',
    target: 'node20',
    clean: false,
    silent: true,
    noExternal: [/^@tintype\//],
    outExtension: () => ({ js: '.mjs' }),
    esbuildOptions(options) {
      options.alias = { '@tintype/backend': errorsOnly };
    },
  });
  return join(outDir, basename(source).replace(/\.ts$/, '.mjs'));
}
