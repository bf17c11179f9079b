import {
  createRandomStream,
  encodePng,
  makeGrid,
  nearestName,
  readImages,
  TintypeError,
} from '@tintype/core-tensor';
import type { DataFiles } from '@tintype/datasets';
import { askedChecks, stepsOf } from './asked-checks.ts';
import type { Figures, QualitySuite, SuiteContext } from './quality-suite.ts';
import { scoreFacts } from './score-facts.ts';
import { trainVariant } from './train-variant.ts';
import type { TrainingPlace } from './training-place.ts';

export interface ContextOptions {
  readonly seed: number;
  readonly isQuick: boolean;
  readonly files: DataFiles;
  readonly signal: AbortSignal;
  readonly place: Omit<
    TrainingPlace,
    'seed' | 'steps' | 'files' | 'signal' | 'note' | 'onTrained' | 'onScore'
  >;
  note(text: string): void;
  /** Gives the file's name. */
  writeGrid(name: string, png: Uint8Array): string;
}

/** What a suite said while it was measured. */
export interface SuiteRecord {
  readonly context: SuiteContext;
  readonly reported: ReadonlyMap<string, Figures>;
  readonly facts: Readonly<Record<string, number | string>>;
  readonly notes: readonly string[];
  readonly grids: readonly { name: string; file: string }[];
  readonly trainedSteps: number;
  /** Every training was of this code. */
  readonly isOwn: boolean;
  /** Frees the models that the suite left. */
  dispose(): void;
}

const gridName = /^[a-z0-9-]+$/;

export function createSuiteContext(suite: QualitySuite, options: ContextOptions): SuiteRecord {
  const { seed, isQuick, files, signal, place, note } = options;
  const asked = new Set(askedChecks(suite, isQuick).map(({ name }) => name));
  const reported = new Map<string, Figures>();
  const facts: Record<string, number | string> = {};
  const notes: string[] = [];
  const grids: { name: string; file: string }[] = [];
  const owned: { dispose(): void }[] = [];
  const steps = stepsOf(suite, isQuick);
  let trainedSteps = 0;
  let isOwn = true;

  const onTrained = (taken: number, isOfThisCode: boolean) => {
    trainedSteps += taken;
    isOwn &&= isOfThisCode;
  };

  const context: SuiteContext = {
    seed,
    isQuick,
    steps,
    files,
    rng: createRandomStream(seed),
    signal,
    isAsked: (name) => asked.has(defined(suite, name)),
    report(name, figures) {
      reported.set(defined(suite, name), { ...reported.get(name), ...figures });
    },
    fact(name, value) {
      // JSON has no NaN and no infinity.
      facts[name] = typeof value === 'number' && !Number.isFinite(value) ? String(value) : value;
    },
    note(text) {
      notes.push(text);
      note(`  ${text}\n`);
    },
    async grid(name, images, columns) {
      if (!gridName.test(name))
        throw refusal(`${suite.name}: grid`, name, 'small letters, digits and dashes');
      const picture = makeGrid(await readImages(images), columns === undefined ? {} : { columns });
      grids.push({ name, file: options.writeGrid(name, await encodePng(picture)) });
    },
    async train(recipe, request) {
      const trained = await trainVariant(recipe, request, {
        ...place,
        seed,
        steps,
        files,
        signal,
        note,
        onTrained,
        onScore: (variant, score) => void Object.assign(facts, scoreFacts(variant, score)),
      });
      owned.push(trained);
      return trained;
    },
  };
  return {
    context,
    reported,
    facts,
    notes,
    grids,
    get trainedSteps() {
      return trainedSteps;
    },
    get isOwn() {
      return isOwn;
    },
    dispose() {
      for (const each of owned) each.dispose();
    },
  };
}

/** The name, where the suite defines such a check. */
function defined({ name: suite, checks }: QualitySuite, name: string): string {
  const names = checks.map((check) => check.name);
  if (names.includes(name)) return name;
  const nearest = nearestName(name, names);
  throw new TintypeError('E_UNKNOWN_OPTION', {
    where: `suite ${suite}`,
    what: 'there is no such check',
    got: name,
    expected: `one of ${names.join(', ')}`,
    ...(nearest !== undefined && { remedy: `The nearest is ${nearest}` }),
  });
}

function refusal(where: string, got: unknown, expected: string): TintypeError {
  return new TintypeError('E_CONFIG', { where, what: 'impossible value', got, expected });
}
