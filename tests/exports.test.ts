import { readdirSync, readFileSync } from 'node:fs';
import { describe, expect, test } from 'vitest';

const root = new URL('../packages/', import.meta.url);

describe('packages', () => {
  test.each(readdirSync(root))(
    '%s declares types first, a source condition and its own repository folder',
    (name) => {
      const manifest = JSON.parse(readFileSync(new URL(`${name}/package.json`, root), 'utf8'));
      expect(manifest.name).toBe(`@tintype/${name}`);
      expect(manifest.repository.directory).toBe(`packages/${name}`);
      expect(manifest.engines.node).toBe('>=20.19');
      for (const [path, conditions] of Object.entries<Record<string, Record<string, string>>>(
        manifest.exports,
      )) {
        if (path === './package.json') continue;
        expect(Object.keys(conditions)).toEqual(['source', 'import', 'require']);
        expect(Object.keys(conditions.import ?? {})).toEqual(['types', 'default']);
        expect(Object.keys(conditions.require ?? {})).toEqual(['types', 'default']);
      }
    },
  );

  test('tfjs is depended on by backend alone, at one exact version', () => {
    for (const name of readdirSync(root)) {
      const manifest = JSON.parse(readFileSync(new URL(`${name}/package.json`, root), 'utf8'));
      const names = Object.keys({ ...manifest.dependencies, ...manifest.peerDependencies });
      expect(names.filter((each) => each.startsWith('@tensorflow/')).length > 0, name).toBe(
        name === 'backend',
      );
    }
    const workspace = readFileSync(new URL('../pnpm-workspace.yaml', root), 'utf8');
    expect(workspace.match(/"@tensorflow\/tfjs[a-z-]*": (.*)/g)).toHaveLength(3);
    expect([...workspace.matchAll(/"@tensorflow\/tfjs[a-z-]*": (.*)/g)].map((match) => match[1])).toEqual([
      '4.22.0',
      '4.22.0',
      '4.22.0',
    ]);
  });
});
