// Where the shipped weights are. The literal URLs are what bundlers look for. They hold from src/ and from dist/
// alike, so this file stays at the top of src/.
import type { FeatureNetworkName } from './feature-network/feature-network-recipes.ts';
import { nodeModule } from './node-modules.ts';

const urls: Readonly<Record<FeatureNetworkName, URL>> = {
  mnist: new URL('../weights/mnist.safetensors', import.meta.url),
  'fashion-mnist': new URL('../weights/fashion-mnist.safetensors', import.meta.url),
};

/** Beside the package or where the bundler put it, else in the folder `weightsBaseUrl`. */
export function weightsUrl(name: FeatureNetworkName, weightsBaseUrl?: string): URL {
  return weightsBaseUrl === undefined
    ? urls[name]
    : new URL(`${name}.safetensors`, folderUrl(weightsBaseUrl));
}

/** A folder as its user names it: a path or file: URL in Node, http(s): anywhere, relative to the page in browsers. */
function folderUrl(text: string): URL {
  const folder = text.endsWith('/') ? text : `${text}/`;
  if (/^(https?|file):/i.test(folder)) return new URL(folder);
  // pathToFileURL drops no trailing slash.
  return nodeModule('node:url')?.pathToFileURL(folder) ?? new URL(folder, globalThis.location.href);
}
