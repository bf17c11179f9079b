import { v } from '@tintype/core-tensor';

/** A figure that was not measured, or is no number, is null. */
const figure = v.nullable(v.number());
const triple = v.tuple([figure, figure, figure]);
const digits = v.pipe(v.number(), v.integer(), v.minValue(0));

/** One line of a result. Of a control, `value` is the broken variant's figure and `pass` says that it was found out. */
const checkResultSchema = v.strictObject({
  id: v.string(),
  name: v.string(),
  kind: v.picklist(['D', 'N']),
  direction: v.picklist(['<=', '>=']),
  value: figure,
  threshold: figure,
  /** Of the seeds 0, 1 and 2; null before they were calibrated. */
  healthy: triple,
  broken: triple,
  pass: v.boolean(),
});

/** One suite with one seed, as `--json` prints it and the results folder keeps it. */
export const suiteResultSchema = v.strictObject({
  suite: v.string(),
  system: v.string(),
  seed: digits,
  steps: digits,
  isQuick: v.boolean(),
  checks: v.array(checkResultSchema),
  pass: v.boolean(),
  /** By control: the demonstration that its broken variant must miss, or the monitor that must fire on it. */
  controls: v.record(
    v.string(),
    v.union([v.strictObject({ breaks: v.string() }), v.strictObject({ monitor: v.string() })]),
  ),
  /** By check: why it did not pass where its value does not say so. */
  reasons: v.record(v.string(), v.string()),
  /** By check: what this seed measured, from which thresholds are calibrated. */
  figures: v.record(v.string(), v.strictObject({ healthy: figure, broken: figure })),
  /** n, hash of the feature network, floor, ceiling … */
  facts: v.record(v.string(), v.union([v.number(), v.string()])),
  notes: v.array(v.string()),
  /** File names of pictures beside the result. */
  grids: v.array(v.strictObject({ name: v.string(), file: v.string() })),
  backend: v.string(),
  threads: digits,
  /** Steps that were trained for this result; those of an interrupted run before it are not counted again. */
  trainedSteps: digits,
  /** Of this run alone. */
  seconds: v.number(),
  /** Digest of the sources, or `reused` where a training was older than they are. */
  code: v.string(),
  commit: v.string(),
  date: v.string(),
});

export const calibrationSchema = v.strictObject({
  suite: v.string(),
  steps: digits,
  seeds: v.tuple([digits, digits, digits]),
  /** One where all three runs were of the same sources. */
  code: v.array(v.string()),
  checks: v.array(
    v.strictObject({
      id: v.string(),
      name: v.string(),
      healthy: triple,
      broken: triple,
      /** Null where healthy and broken runs overlap. */
      threshold: figure,
      isSeparated: v.boolean(),
    }),
  ),
});

export type CheckResult = v.InferOutput<typeof checkResultSchema>;
export type SuiteResult = v.InferOutput<typeof suiteResultSchema>;
export type Calibration = v.InferOutput<typeof calibrationSchema>;
export type Triple = v.InferOutput<typeof triple>;
