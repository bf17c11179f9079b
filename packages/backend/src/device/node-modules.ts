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
  'node:v8': typeof import('node:v8');
  'node:worker_threads': typeof import('node:worker_threads');
}

/** RTLD_NOW and RTLD_NODELETE of glibc: the library stays when Node finds that it is no add-on of its own. */
const keepLoaded = 0x2 | 0x1000;

/**
 * Loads a shared library into the process (Linux) and tells whether it is there. Node throws either way: it opens
 * the library and then misses the entry point of an add-on.
 */
export function hasLibrary(nameOrPath: string): boolean {
  try {
    process.dlopen({ exports: {} }, nameOrPath, keepLoaded);
    return true;
  } catch (error) {
    return !/cannot open shared object/.test(String(error));
  }
}

/** Imports a package that may not be installed; the name stays unknown to bundlers. */
export function importOptional(name: string): Promise<unknown> {
  return import(/* @vite-ignore */ /* webpackIgnore: true */ name);
}
