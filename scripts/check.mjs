// Runs every static check and reports all of them, not only the first that fails.
import { spawnSync } from 'node:child_process';
import { readdirSync } from 'node:fs';

const packages = readdirSync('packages').map((name) => `packages/${name}`);
const checks = [
  ['types', ['tsc', '-p', 'tsconfig.json']],
  ['lint', ['biome', 'check', '--error-on-warnings', '.']],
  ['import directions', ['depcruise', '--config', '.dependency-cruiser.cjs', 'packages', 'apps']],
  ['unused code and dependencies', ['knip', '--no-config-hints']],
  ['workspace consistency', ['sherif']],
  ['build', ['turbo', 'run', 'build', '--output-logs=errors-only']],
  ...packages.map((folder) => [`${folder}: publint`, ['publint', '--strict', folder]]),
  ...packages.map((folder) => [
    `${folder}: types are right`,
    ['attw', '--pack', folder, '--profile', 'node16'],
  ]),
];

const failed = [];
for (const [name, [command, ...args]] of checks) {
  const { status, stdout, stderr } = spawnSync(command, args, {
    encoding: 'utf8',
    env: { ...process.env, TURBO_TELEMETRY_DISABLED: '1' },
  });
  console.log(`${status === 0 ? 'ok    ' : 'FAILED'} ${name}`);
  if (status !== 0) {
    failed.push(name);
    console.log(`${stdout ?? ''}${stderr ?? ''}`);
  }
}
console.log(failed.length === 0 ? `${checks.length} checks, 0 findings` : `failed: ${failed.join(', ')}`);
process.exit(failed.length === 0 ? 0 : 1);
