import { expect, test } from 'vitest';
import { parseSpeedOptions } from './speed-options.ts';

test('reads every flag', () => {
  const args =
    '--suites gemm,vae --systems matMul --peer pytorch,jax-js --python /bin/python --threads 2 --rounds 3 --json --out f --check --cpu-time';
  expect(parseSpeedOptions(args.split(' '))).toMatchObject({
    suites: ['gemm', 'vae'],
    systems: ['matMul'],
    peers: ['pytorch', 'jax-js'],
    python: '/bin/python',
    threads: 2,
    rounds: 3,
    clock: 'cpu',
    isJson: true,
    out: 'f',
    isChecking: true,
    isQuick: false,
  });
});

test('without flags all suites run, without peers', () => {
  expect(parseSpeedOptions([])).toMatchObject({
    suites: ['gemm', 'conv', 'ddpm', 'dcgan', 'vae', 'vq-vae', 'ddim-sample'],
    peers: [],
    rounds: 10,
    clock: 'wall',
  });
});

test.each([
  ['--suits gemm', /Unknown flag --suits\. The nearest is --suites\./],
  ['--suites gem', /there is no gem\. The nearest is gemm/],
  ['--peer tensorflow', /there is no tensorflow.*Known: pytorch, lowered, jax-js/],
  ['--backends webgpu', /there is no webgpu/],
  ['--threads 0', /--threads must be a whole number of at least 1, received 0/],
  ['--rounds 1.5', /--rounds must be a whole number/],
  ['--json=yes', /json/],
  ['more', /more/],
])('%s is refused', (args, message) => {
  expect(() => parseSpeedOptions(args.split(' '))).toThrow(
    expect.objectContaining({ name: 'UsageError', message: expect.stringMatching(message) }),
  );
});
