/** True in Node and its likes; false in browsers and workers. */
export function isNode(): boolean {
  return typeof process !== 'undefined' && typeof process.versions?.node === 'string';
}

/** A built-in module of Node without an import that a bundler for browsers would stumble over. */
export function nodeModule<K extends keyof NodeModules>(name: K): NodeModules[K] | undefined {
  if (!isNode()) return undefined;
  return process.getBuiltinModule(name) as NodeModules[K];
}

interface NodeModules {
  'node:fs': typeof import('node:fs');
  'node:os': typeof import('node:os');
  'node:path': typeof import('node:path');
  'node:url': typeof import('node:url');
}

/** RTLD_NOW and RTLD_NODELETE of glibc: the library stays when Node finds that it is no add-on of its own. */
const keepLoaded = 0x2 | 0x1000;

/**
 * Loads a shared library into the process (Linux). Always throws: with "cannot open shared object file" when there
 * is none, otherwise with "Module did not self-register", which means that it is loaded.
 */
export function loadLibrary(nameOrPath: string): void {
  process.dlopen({ exports: {} }, nameOrPath, keepLoaded);
}

/** Imports a package that may not be installed; the name stays unknown to bundlers. */
export function importOptional(name: string): Promise<unknown> {
  return import(/* @vite-ignore */ /* webpackIgnore: true */ name);
}
