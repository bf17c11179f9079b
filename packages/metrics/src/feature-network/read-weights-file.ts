import { TintypeError } from '@tintype/core-tensor';
import { nodeModule } from '../node-modules.ts';

/** The bytes of a file: or http(s): URL. Throws `E_DATA_MISSING`, naming where it was looked for. */
export async function readWeightsFile(url: URL): Promise<Uint8Array> {
  const files = url.protocol === 'file:' ? nodeModule('node:fs') : undefined;
  try {
    if (files) return new Uint8Array(await files.promises.readFile(url));
    const response = await fetch(url, { credentials: 'same-origin' });
    // Development servers answer a wrong path with their page.
    const isPage = response.headers.get('content-type')?.startsWith('text/html') ?? false;
    if (!response.ok || isPage) throw new Error(isPage ? 'an HTML page' : `status ${response.status}`);
    return new Uint8Array(await response.arrayBuffer());
  } catch (cause) {
    throw new TintypeError('E_DATA_MISSING', {
      where: url.href,
      what: 'the weights of the feature network cannot be read',
      got: cause instanceof Error ? cause.message : cause,
      remedy: 'Serve the folder weights/ of @tintype/metrics and name it in weightsBaseUrl',
      cause,
    });
  }
}
