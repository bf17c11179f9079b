import { TintypeError } from '../errors/tintype-error.ts';
import { installCorrections } from '../gradients/install.ts';
import { registerRandomKernels } from '../random/register.ts';
import { tf } from '../tf.ts';
import type { BackendInfo, BackendName, SelectBackendOptions } from './backend-info.ts';
import { openCpu } from './cpu.ts';
import { type EngineFacts, engineState } from './engine-state.ts';
import { silenceNodeBanner } from './node-banner.ts';
import { openWasm } from './wasm.ts';
import { openWebgpu } from './webgpu.ts';

const defaultOrder: readonly BackendName[] = ['webgpu', 'wasm', 'cpu'];

const openers: Record<BackendName, (options: SelectBackendOptions) => Promise<EngineFacts>> = {
  cpu: openCpu,
  wasm: openWasm,
  webgpu: openWebgpu,
};

/**
 * Takes the backend that everything runs on from now, loads it, and installs Tintype's kernels and corrected
 * gradients on it. May be called again, with the same or another backend; tensors made before stay valid.
 *
 * @throws TintypeError E_BACKEND_UNAVAILABLE when `backend`, or every entry of `order`, does not work here;
 *   E_CONFIG for impossible options; E_ENGINE_CHANGED when tfjs is not the version we correct.
 */
export function selectBackend(options: SelectBackendOptions = {}): Promise<BackendInfo> {
  const state = engineState();
  const selection = state.queue.then(() => select(options));
  state.queue = selection.catch(() => undefined);
  return selection;
}

async function select(options: SelectBackendOptions): Promise<BackendInfo> {
  const candidates = candidatesOf(options);
  silenceNodeBanner();
  const failures: string[] = [];
  for (const name of candidates) {
    const facts = await tryOpen(name, options, failures);
    if (facts !== undefined) return use(facts, options, failures);
  }
  throw new TintypeError('E_BACKEND_UNAVAILABLE', {
    where: 'selectBackend',
    what: `no backend works here: ${failures.join('; ')}`,
    remedy: options.backend === undefined ? undefined : 'Leave out `backend` to take the first that works',
  });
}

async function tryOpen(
  name: BackendName,
  options: SelectBackendOptions,
  failures: string[],
): Promise<EngineFacts | undefined> {
  try {
    const facts = await openers[name](options);
    if (!(await tf.setBackend(name)) || tf.getBackend() !== name)
      throw new Error('tfjs refused to switch to it');
    return facts;
  } catch (error) {
    failures.push(`${name}: ${error instanceof Error ? error.message : String(error)}`);
    return undefined;
  }
}

async function use(
  facts: EngineFacts,
  options: SelectBackendOptions,
  failures: string[],
): Promise<BackendInfo> {
  installCorrections(facts.name);
  registerRandomKernels(facts.name);
  const { notes: _, ...shown } = facts;
  const info: BackendInfo = { ...shown, reason: reasonFor(facts, options, failures) };
  engineState().info = info;
  engineState().selection = options;
  return info;
}

function reasonFor(
  { name, threads, notes: shortcomings = [] }: EngineFacts,
  options: SelectBackendOptions,
  failures: string[],
): string {
  const choice = options.backend === undefined ? `${name} is the first that works` : `${name} was asked for`;
  const wanted = options.threads ?? threads;
  const notes = [
    ...(failures.length === 0 ? [] : [`before it ${failures.join('; ')}`]),
    ...shortcomings,
    ...(wanted === threads ? [] : [`${wanted} threads were asked for, kernels use ${threads}`]),
    ...(options.deterministic ? ['deterministic: sums keep one order'] : []),
  ];
  return [choice, ...notes].join('; ');
}

function candidatesOf({ backend, order, threads }: SelectBackendOptions): readonly BackendName[] {
  const candidates = backend === undefined ? (order ?? defaultOrder) : [backend];
  const unknown = candidates.find((name) => !Object.hasOwn(openers, name));
  if (candidates.length === 0 || unknown !== undefined) {
    throw new TintypeError('E_CONFIG', {
      where: 'selectBackend',
      what: backend === undefined ? 'order must name backends' : 'backend must be a name',
      got: unknown ?? '[]',
      expected: defaultOrder.join(', '),
    });
  }
  if (threads !== undefined && !(Number.isSafeInteger(threads) && threads >= 1)) {
    throw new TintypeError('E_CONFIG', {
      where: 'selectBackend',
      what: 'threads must be a whole number of at least 1',
      got: threads,
    });
  }
  return candidates;
}
