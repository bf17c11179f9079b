import { packageBuild } from '../../tsup.base.ts';

export default {
  ...packageBuild({ index: 'src/index.ts', testing: 'src/testing/index.ts' }),
  esbuildOptions(options: { logOverride?: Record<string, string> }) {
    // The CommonJS build does not know its own URL; only bundlers for browsers use that, and they take the ESM.
    options.logOverride = { 'empty-import-meta': 'silent' };
  },
};
