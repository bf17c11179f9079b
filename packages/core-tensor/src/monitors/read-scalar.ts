import { TintypeError } from '@tintype/backend';
import { nearestName } from '../config/nearest-name.ts';
import type { MonitorContext } from '../training/monitor.ts';

/** A logged scalar by its name in metrics events. Throws `E_CONFIG` that says what is logged, and the nearest name. */
export function readScalar(where: string, values: MonitorContext['values'], name: string): number {
  const value = values[name];
  if (value !== undefined) return value;
  const logged = Object.keys(values);
  const nearest = nearestName(name, logged);
  throw new TintypeError('E_CONFIG', {
    where,
    what: 'the training logs no such scalar',
    got: name,
    expected: logged.length === 0 ? 'a scalar that is logged; there is none' : `one of ${logged.join(', ')}`,
    ...(nearest !== undefined && { remedy: `The nearest is ${nearest}` }),
  });
}
