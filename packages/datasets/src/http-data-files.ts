import { TintypeError } from '@tintype/core-tensor';
import type { DataFiles } from './data-files.ts';

/**
 * Data files under a served folder: `baseUrl` + path. For pages, and for workers given an absolute URL.
 * `read` throws `E_DATA_MISSING` where the server has no such file.
 */
export function createHttpDataFiles(baseUrl: string): DataFiles {
  const base = baseUrl.endsWith('/') ? baseUrl : `${baseUrl}/`;
  return {
    async read(path) {
      const url = `${base}${path.split('/').map(encodeURIComponent).join('/')}`;
      const response = await request(url);
      // Development servers answer unknown paths with their start page.
      const isPage = response.headers.get('content-type')?.startsWith('text/html') ?? false;
      if (!response.ok || isPage) {
        throw new TintypeError('E_DATA_MISSING', {
          where: url,
          what: 'the server has no such data file',
          got: isPage ? 'an HTML page' : `status ${response.status}`,
          remedy: `Serve the files of the data package under ${base}`,
        });
      }
      return new Uint8Array(await response.arrayBuffer());
    },
  };
}

async function request(url: string): Promise<Response> {
  try {
    return await fetch(url);
  } catch (cause) {
    throw new TintypeError('E_DATA_MISSING', {
      where: url,
      what: 'the data file could not be fetched',
      remedy: 'Check the address and the connection',
      cause,
    });
  }
}
