import { TintypeError } from '@tintype/backend';

const allowedPart = /^[A-Za-z0-9._-]{1,128}$/;
/** Names that Windows gives to devices, with any extension. */
const deviceName = /^(con|prn|aux|nul|com[0-9]|lpt[0-9])(\.|$)/i;

/**
 * Checks a relative, `/`-separated path from a config, an index file or a caller, and gives its parts.
 * Each part is of `[A-Za-z0-9._-]{1,128}`; none is `.`, `..`, a device name of Windows or ends in a dot.
 * @throws TintypeError `E_PATH`
 */
export function assertSafePath(path: string): readonly string[] {
  const parts = path.split('/');
  for (const part of parts) {
    const isSafe = allowedPart.test(part) && !part.endsWith('.') && !deviceName.test(part);
    if (isSafe) continue;
    throw new TintypeError('E_PATH', {
      where: 'storage',
      what: 'the path is not allowed',
      got: JSON.stringify(path),
      expected: 'parts of A-Z a-z 0-9 . _ - separated by /, inside the run folder',
    });
  }
  return parts;
}
