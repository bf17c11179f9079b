import { type AssetName, assetUrl } from '../asset-urls.ts';
import { isNode, nodeModule } from '../device/node-modules.ts';

/** The bytes of an asset; the error of a missing one says where it was looked for. */
export async function readAsset(name: AssetName, assetBaseUrl?: string): Promise<BufferSource> {
  const url = assetUrl(name, assetBaseUrl);
  if (isFile(url)) {
    await assertAsset(name, assetBaseUrl);
    return nodeModule('node:fs')!.readFileSync(url) as BufferSource;
  }
  const response = await fetch(url, { credentials: 'same-origin' });
  assertServed(url, response);
  return response.arrayBuffer();
}

/** Throws where an asset is missing. To be asked before tfjs loads its own, since it cannot be asked twice. */
export async function assertAsset(name: AssetName, assetBaseUrl?: string): Promise<void> {
  const url = assetUrl(name, assetBaseUrl);
  if (!isFile(url)) {
    const response = await fetch(url, { method: 'HEAD', credentials: 'same-origin' });
    // Servers without HEAD answer 405 or 501; the load itself will tell.
    if (response.status !== 405 && response.status !== 501) assertServed(url, response);
    return;
  }
  if (nodeModule('node:fs')!.existsSync(url)) return;
  throw new Error(
    assetBaseUrl === undefined
      ? `no ${nodeModule('node:url')!.fileURLToPath(url)}: the package is not built`
      : `no ${name} in assetBaseUrl ${assetBaseUrl}`,
  );
}

function isFile(url: URL): boolean {
  return isNode() && url.protocol === 'file:';
}

function assertServed(url: URL, response: Response): void {
  const type = response.headers.get('content-type') ?? 'no content type';
  // Development servers answer a wrong path with their page.
  if (response.ok && !type.includes('text/html')) return;
  throw new Error(
    `${url.href} is not served (status ${response.status}, ${type}); assetBaseUrl must be a folder that serves all of @tintype/backend/dist/assets`,
  );
}
