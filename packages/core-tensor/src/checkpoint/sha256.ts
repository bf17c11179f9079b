import { TintypeError } from '@tintype/backend';

/** SHA-256 in hexadecimal. Browsers offer it on secure pages (https and localhost) only. */
export async function sha256(bytes: Uint8Array): Promise<string> {
  if (globalThis.crypto?.subtle === undefined) {
    throw new TintypeError('E_CHECKPOINT', {
      where: 'sha256',
      what: 'this page cannot hash, so no file can be saved or loaded safely',
      remedy: 'Serve the page over https or from localhost',
    });
  }
  const digest = await globalThis.crypto.subtle.digest('SHA-256', bytes as Uint8Array<ArrayBuffer>);
  return Array.from(new Uint8Array(digest), (byte) => byte.toString(16).padStart(2, '0')).join('');
}
