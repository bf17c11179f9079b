import { TintypeError } from '@tintype/backend';
import { closest, distance } from 'fastest-levenshtein';
import { type BaseIssue, type GenericSchema, type InferOutput, safeParse } from 'valibot';
import { assertPlainData } from './plain-data.ts';

/**
 * Checks a configuration against a valibot schema (`strictObject` at every level) and returns it typed.
 * @param where The operation or argument that received it; paths in messages start here.
 * @throws TintypeError `E_UNKNOWN_OPTION` for a key the schema lacks, naming the nearest known one;
 *   `E_CONFIG` for a missing key, a wrong type, a value out of range, a number that is not finite,
 *   or a key that could reach a prototype.
 */
export function assertConfig<Schema extends GenericSchema>(
  schema: Schema,
  value: unknown,
  where: string,
): InferOutput<Schema> {
  assertPlainData(value, where);
  const result = safeParse(schema, value);
  if (result.success) return result.output;
  // An unknown key is often the misspelt form of a missing one: say that first.
  const unknown = result.issues.find(isUnknownKey);
  throw unknown ? unknownOption(schema, unknown, where) : invalidOption(result.issues[0], where);
}

type Issue = BaseIssue<unknown>;

function isUnknownKey(issue: Issue): boolean {
  return issue.type === 'strict_object' && issue.expected === 'never';
}

function keysOf(issue: Issue): readonly (string | number)[] {
  return (issue.path ?? []).map((item) => item.key as string | number);
}

function unknownOption(schema: GenericSchema, issue: Issue, where: string): TintypeError {
  const keys = keysOf(issue);
  const key = String(keys[keys.length - 1]);
  const known = knownKeys(schema, keys.slice(0, -1));
  const nearest = known.length === 0 ? undefined : closest(key, known);
  const isNear = nearest !== undefined && distance(key, nearest) <= Math.max(2, key.length / 2);
  return new TintypeError('E_UNKNOWN_OPTION', {
    where: `${where}${formatPath(keys.slice(0, -1))}`,
    what: 'there is no such option',
    got: key,
    expected: known.length === 0 ? 'no options' : `one of ${known.join(', ')}`,
    remedy: isNear ? `The nearest is ${nearest}` : undefined,
  });
}

function invalidOption(issue: Issue, where: string): TintypeError {
  const isMissing = issue.type === 'strict_object' && issue.input === undefined;
  return new TintypeError('E_CONFIG', {
    where: `${where}${formatPath(keysOf(issue))}`,
    what: isMissing ? 'a required option is missing' : 'the value is not allowed',
    got: issue.received ?? describeInput(issue.input),
    expected: isMissing ? 'a value' : (issue.expected ?? issue.message),
    remedy: issue.expected === null ? issue.message : undefined,
  });
}

function describeInput(input: unknown): string {
  return typeof input === 'string' ? JSON.stringify(input) : String(input);
}

function formatPath(keys: readonly (string | number)[]): string {
  return keys.map((key) => (typeof key === 'number' ? `[${key}]` : `.${key}`)).join('');
}

interface SchemaNode {
  readonly entries?: Readonly<Record<string, SchemaNode>>;
  readonly item?: SchemaNode;
  readonly value?: SchemaNode;
  readonly wrapped?: SchemaNode;
}

/** The keys of the object schema that stands at a path; empty where the path leads through a union. */
function knownKeys(schema: GenericSchema, path: readonly (string | number)[]): readonly string[] {
  let node = unwrap(schema as SchemaNode);
  for (const key of path) {
    node = unwrap(typeof key === 'number' ? node?.item : (node?.entries?.[key] ?? node?.value));
  }
  return Object.keys(node?.entries ?? {});
}

/** Looks through `optional`, `nullable` and their like. */
function unwrap(node: SchemaNode | undefined): SchemaNode | undefined {
  let inner = node;
  while (inner?.wrapped !== undefined) inner = inner.wrapped;
  return inner;
}
