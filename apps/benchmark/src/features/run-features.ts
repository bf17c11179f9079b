import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { closeBackend, createRandomStream, selectBackend, sha256 } from '@tintype/core-tensor';
import type { DataFiles } from '@tintype/datasets';
import { createPackageDataFiles } from '@tintype/datasets/node';
import {
  encodeFeatureNetwork,
  featureNetworkRecipes,
  measureAccuracy,
  trainFeatureNetwork,
} from '@tintype/metrics';
import type { Terminal } from '../terminal.ts';
import type { FeaturesOptions } from './features-options.ts';

export interface FeaturesReport {
  readonly data: string;
  readonly seed: number;
  readonly steps: number;
  /** Share of the test images that are read as labelled. */
  readonly accuracy: number;
  readonly testImages: number;
  readonly file: string;
  readonly bytes: number;
  readonly sha256: string;
  readonly seconds: number;
}

/** Trains a feature network on wasm, tests it on the test split and writes its file. */
export async function runFeatures(
  options: FeaturesOptions,
  terminal: Terminal,
  files: DataFiles = createPackageDataFiles(),
): Promise<FeaturesReport> {
  await selectBackend({ backend: 'wasm', threads: options.threads });
  try {
    return await trainAndWrite(options, terminal, files);
  } finally {
    await closeBackend();
  }
}

async function trainAndWrite(
  { data, seed, out, steps: asked }: FeaturesOptions,
  terminal: Terminal,
  files: DataFiles,
): Promise<FeaturesReport> {
  const { load, settings } = featureNetworkRecipes[data];
  const steps = asked ?? settings.steps;
  const started = performance.now();
  const network = await trainFeatureNetwork({
    dataset: await load(files, 'train'),
    settings: { ...settings, steps },
    rng: createRandomStream(seed),
    onProgress(step, loss) {
      if (step % 500 === 0) terminal.note(`step ${step} of ${steps}: loss ${loss.toFixed(4)}\n`);
    },
  });
  try {
    const held = await load(files, 'test');
    const accuracy = await measureAccuracy(network, held);
    const bytes = await encodeFeatureNetwork(network, { data, seed, steps, accuracy });
    const file = join(out, `${data}.safetensors`);
    mkdirSync(out, { recursive: true });
    writeFileSync(file, bytes);
    const seconds = Math.round((performance.now() - started) / 1000);
    const size = { testImages: held.size, file, bytes: bytes.length, sha256: await sha256(bytes), seconds };
    return { data, seed, steps, accuracy, ...size };
  } finally {
    network.dispose();
  }
}

/** The report as lines of text. */
export function describeFeatures(report: FeaturesReport): string {
  const { file, bytes, accuracy, testImages, steps, seed, seconds } = report;
  return `${file}: ${(accuracy * 100).toFixed(2)} % of ${testImages} test images, ${steps} steps, seed ${seed}, ${seconds} s
${bytes} bytes, sha256 ${report.sha256}`;
}
