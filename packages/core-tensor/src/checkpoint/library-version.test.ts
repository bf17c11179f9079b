import { expect, test } from 'vitest';
import manifest from '../../package.json' with { type: 'json' };
import { libraryVersion } from './library-version.ts';

test('checkpoints name the version of the package', () => {
  expect(libraryVersion).toBe(manifest.version);
});
