interface NodeModules {
  'node:fs': typeof import('node:fs');
  'node:url': typeof import('node:url');
}

/** A built-in module of Node without an import that a bundler for browsers would stumble over; none in browsers. */
export function nodeModule<K extends keyof NodeModules>(name: K): NodeModules[K] | undefined {
  if (typeof process === 'undefined' || typeof process.versions?.node !== 'string') return undefined;
  return process.getBuiltinModule(name) as NodeModules[K];
}
