import { tf } from '../tf.ts';
import type { EngineFacts } from './engine-state.ts';
import { processorName } from './processor.ts';

/** tfjs's plain JavaScript backend: always there, one thread, every sum in a fixed order. */
export async function openCpu(): Promise<EngineFacts> {
  if (tf.findBackend('cpu') === null) throw new Error('tfjs has no cpu backend registered');
  return { name: 'cpu', device: processorName(), features: [], threads: 1, limits: {} };
}
