import { defineConfig } from 'tsup';

/** The one way a library package is built: ESM, CommonJS and declarations from the given entries. */
export function packageBuild(entry: Record<string, string>) {
  return defineConfig({
    entry,
    format: ['esm', 'cjs'],
    dts: true,
    sourcemap: true,
    clean: true,
    target: 'es2022',
    // Its CommonJS form has no names that Node's modules can see, so it becomes part of ours.
    noExternal: ['gifenc'],
  });
}
