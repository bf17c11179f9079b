import { spawnSync } from 'node:child_process';
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { expect, test } from 'vitest';

const root = fileURLToPath(new URL('..', import.meta.url));

// The rules guard nothing unless they fail: each sample tree breaks one of them, the last breaks none.
const samples: readonly (readonly [rule: string, files: Readonly<Record<string, string>>])[] = [
  [
    'no-circular',
    {
      'packages/gan/src/a.ts': "import { b } from './b.ts';\nexport const a = () => b;\n",
      'packages/gan/src/b.ts': "import { a } from './a.ts';\nexport const b = () => a;\n",
    },
  ],
  [
    'packages-meet-at-their-entries',
    {
      'packages/gan/src/a.ts':
        "import { deep } from '../../core-tensor/src/layers/deep.ts';\nexport const a = deep;\n",
      'packages/core-tensor/src/layers/deep.ts': 'export const deep = 1;\n',
    },
  ],
  [
    'core-tensor-imports-only-what-is-below',
    {
      'packages/core-tensor/src/a.ts':
        "import { gan } from '../../gan/src/index.ts';\nexport const a = gan;\n",
      'packages/gan/src/index.ts': 'export const gan = 1;\n',
    },
  ],
  [
    'models-do-not-import-each-other',
    {
      'packages/autoencoders/src/vq-vae/a.ts':
        "import { vae } from '../vae/index.ts';\nexport const a = vae;\n",
      'packages/autoencoders/src/vae/index.ts': 'export const vae = 1;\n',
    },
  ],
  [
    'node-modules-stay-out-of-main-entries',
    { 'packages/gan/src/a.ts': "import { readFileSync } from 'node:fs';\nexport const a = readFileSync;\n" },
  ],
  [
    '',
    {
      'packages/gan/src/gan/a.ts': "import { loss } from '../objectives/loss.ts';\nexport const a = loss;\n",
      'packages/gan/src/objectives/loss.ts': 'export const loss = 1;\n',
    },
  ],
];

test.each(samples)('a tree that breaks "%s" is reported so', (rule, files) => {
  const folder = mkdtempSync(join(tmpdir(), 'tintype-imports-'));
  try {
    for (const [path, content] of Object.entries({ ...files, 'tsconfig.json': '{}', 'apps/.keep': '' })) {
      mkdirSync(dirname(join(folder, path)), { recursive: true });
      writeFileSync(join(folder, path), content);
    }
    const { stdout, stderr } = spawnSync(
      join(root, 'node_modules/.bin/depcruise'),
      ['--config', join(root, '.dependency-cruiser.cjs'), '--output-type', 'json', 'packages'],
      { cwd: folder, encoding: 'utf8' },
    );
    expect(stderr).toBe('');
    const found = JSON.parse(stdout).summary.violations.map(
      (each: { rule: { name: string } }) => each.rule.name,
    );
    expect([...new Set(found)]).toEqual(rule === '' ? [] : expect.arrayContaining([rule]));
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
});
