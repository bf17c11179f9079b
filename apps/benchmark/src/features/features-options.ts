import { availableParallelism } from 'node:os';
import { type FeatureNetworkName, featureNetworkRecipes } from '@tintype/metrics';
import { nearestAdvice, readFlags, wholeFlag } from '../flags.ts';
import { UsageError } from '../usage-error.ts';

/** What `bench features` is asked to do. */
export interface FeaturesOptions {
  readonly data: FeatureNetworkName;
  readonly seed: number;
  /** The recipe's where not given. */
  readonly steps?: number;
  readonly threads: number;
  /** Folder of the file. */
  readonly out: string;
  readonly isJson: boolean;
  readonly isHelp: boolean;
}

const names = Object.keys(featureNetworkRecipes) as FeatureNetworkName[];

export const featuresUsage = `bench features --data NAME [flags]    trains a feature network of @tintype/metrics

  --data NAME         ${names.join(' or ')}
  --seed S            the same seed gives the same file (default: 0)
  --steps N           updates (default: as the recipe says)
  --threads N         threads; they change no bit (default: logical processors, at most 8)
  --out DIR           folder that gets NAME.safetensors (default: runs/features)
  --json              one JSON document on stdout, everything else on stderr`;

const flags = {
  data: { type: 'string' },
  seed: { type: 'string' },
  steps: { type: 'string' },
  threads: { type: 'string' },
  out: { type: 'string' },
  json: { type: 'boolean' },
  help: { type: 'boolean', short: 'h' },
} as const;

/** Throws `UsageError` for anything that cannot be meant. */
export function parseFeaturesOptions(args: readonly string[]): FeaturesOptions {
  const values = readFlags(args, flags);
  const isHelp = values.help === true;
  const steps = wholeFlag('steps', values.steps, 1);
  return {
    data: isHelp ? names[0]! : dataName(values.data),
    seed: wholeFlag('seed', values.seed, 0) ?? 0,
    ...(steps !== undefined && { steps }),
    threads: wholeFlag('threads', values.threads, 1) ?? Math.min(availableParallelism(), 8),
    out: values.out ?? 'runs/features',
    isJson: values.json === true,
    isHelp,
  };
}

function dataName(given: string | undefined): FeatureNetworkName {
  if (given === undefined) throw new UsageError(`--data is missing. Known: ${names.join(', ')}.`);
  const name = names.find((each) => each === given);
  if (name !== undefined) return name;
  throw new UsageError(
    `--data: there is no ${given}.${nearestAdvice(given, names)} Known: ${names.join(', ')}.`,
  );
}
