import { packageBuild } from '../../tsup.base.ts';

interface BuildOptions {
  define?: Record<string, string>;
  banner?: Record<string, string>;
}

// CommonJS does not know its own URL, near which the weights are.
const ownUrl =
  "'use strict'; const __ownUrl = require('node:url').pathToFileURL(__filename).href; // stands for import.meta.url";

export default {
  ...packageBuild({ index: 'src/index.ts' }),
  esbuildOptions(options: BuildOptions, { format }: { format: string }) {
    if (format !== 'cjs') return;
    options.define = { ...options.define, 'import.meta.url': '__ownUrl' };
    options.banner = { ...options.banner, js: ownUrl };
  },
};
