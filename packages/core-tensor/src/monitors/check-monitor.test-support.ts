import { tf } from '@tintype/backend';
import { expect, test } from 'vitest';
import { createRandomStream } from '../random/create-random-stream.ts';
import { expectNoLeaks } from '../testing/expect-no-leaks.ts';
import type { Monitor, MonitorContext, Verdict } from '../training/monitor.ts';
import type { Draw } from './draw.ts';

/** What the loop tells a monitor at a step. */
export function contextAt(step: number, values: MonitorContext['values'] = {}): MonitorContext {
  return { step, values, rng: createRandomStream(7).fork('monitor').fork(step) };
}

/** The verdicts of so many checks in a row, one interval apart. */
export async function verdictsOf(
  monitor: Monitor,
  checks: number,
  valuesAt: (check: number) => MonitorContext['values'] = () => ({}),
): Promise<(Verdict | undefined)[]> {
  const verdicts: (Verdict | undefined)[] = [];
  for (let check = 1; check <= checks; check++) {
    verdicts.push(await monitor.check(contextAt(check * monitor.interval, valuesAt(check))));
  }
  return verdicts;
}

/** The last of so many verdicts. */
export async function lastVerdict(
  monitor: Monitor,
  checks: number,
  valuesAt?: (check: number) => MonitorContext['values'],
): Promise<Verdict | undefined> {
  return (await verdictsOf(monitor, checks, valuesAt)).at(-1);
}

/** Rows [count, dimension] of a normal distribution, one row in each column's own standard deviation. */
export function normalRows(dimension: number, standardDeviation = 1, mean = 0): Draw {
  return (count, { rng }) => rng.normal([count, dimension], mean, standardDeviation);
}

/** Rows around equally likely modes on a circle of radius 2, standard deviation 0.02; `modes` of eight. */
export function ringRows(modes: number): Draw {
  return (count, { rng }) =>
    tf.tidy(() => {
      const angle = rng
        .integers([count], 0, modes)
        .toFloat()
        .mul(Math.PI / 4);
      const centres = tf.stack([angle.cos(), angle.sin()], 1).mul(2);
      return centres.add(rng.normal([count, 2], 0, 0.02));
    });
}

/** What every monitor must do: carry its name, refuse what cannot be meant, and free what it makes. */
export function testMonitor<Options extends object>(
  name: string,
  create: (options: Options) => Monitor,
  options: Options,
  values: MonitorContext['values'] = {},
): void {
  test('it has its name, and a whole interval that can be set', () => {
    expect(create(options).name).toBe(name);
    expect(create(options).interval).toBeGreaterThanOrEqual(1);
    expect(create({ ...options, interval: 7 }).interval).toBe(7);
  });

  test('options that cannot be meant are refused, the unknown with the nearest name', () => {
    expect(() => create({ ...options, intervall: 5 })).toThrow('The nearest is interval.');
    expect(() => create({ ...options, interval: 0 })).toThrow(/interval: impossible value/);
    expect(() => create({ ...options, patience: 1.5 })).toThrow(/patience: impossible value/);
    expect(() => create({ ...options, fromStep: -1 })).toThrow(/fromStep: impossible value/);
  });

  test('a check says nothing before its first step, and repeats itself bit for bit', async () => {
    const evidence = async (fromStep: number) => {
      const monitor = create({ ...options, fromStep, patience: 1 });
      const verdict = await monitor.check(contextAt(10, values));
      monitor.dispose?.();
      return verdict?.evidence;
    };
    expect(await evidence(11)).toBeUndefined();
    expect(await evidence(0)).toEqual(await evidence(10));
  });

  test('no tensor is left over, neither by checks nor by the monitor', async () => {
    await expectNoLeaks(async () => {
      const monitor = create(options);
      await lastVerdict(monitor, 2, () => values);
      monitor.dispose?.();
    });
  });

  test('an abort ends the check without an error', async () => {
    const monitor = create({ ...options, ...(replaceDraws(options) as Partial<Options>) });
    const signal = AbortSignal.abort();
    expect(await monitor.check({ ...contextAt(10, values), signal })).toBeUndefined();
    monitor.dispose?.();
  });
}

/** Every function throws, as one does that is interrupted. */
function replaceDraws(options: object): object {
  const functions = Object.entries(options).filter(([, value]) => typeof value === 'function');
  const fail = () => {
    throw new Error('interrupted');
  };
  return Object.fromEntries(functions.map(([name]) => [name, fail]));
}
