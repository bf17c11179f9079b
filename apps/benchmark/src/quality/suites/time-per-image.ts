import {
  type BackendName,
  createRandomStream,
  currentBackend,
  selectBackend,
  TintypeError,
} from '@tintype/core-tensor';
import { sampleDdim } from '@tintype/diffusion';
import { ddpmMnist } from '@tintype/recipes';

const rng = createRandomStream('time-per-image');
const images = 8;

/** Seconds for an image in so many steps on the backend in use, the best of three batches after a first; the weights do not matter. */
export async function timePerImage(
  steps: readonly number[],
  count = images,
): Promise<ReadonlyMap<number, number>> {
  const { model, trainStep } = ddpmMnist.create(ddpmMnist.config, rng.fork('model'));
  const { imageSize, channels } = model.config;
  const given = { shape: [imageSize, imageSize, channels] as const, count, rng };
  const draw = async (numInferenceSteps: number) => {
    const startedAt = performance.now();
    const drawn = await sampleDdim(model, model.schedule, { ...given, numInferenceSteps });
    await drawn.data();
    drawn.dispose();
    return (performance.now() - startedAt) / 1000 / count;
  };
  const times = new Map<number, number>();
  await draw(2);
  for (const step of steps) {
    const rounds = [await draw(step), await draw(step), await draw(step)];
    times.set(step, Math.min(...rounds));
  }
  trainStep.dispose();
  model.dispose();
  return times;
}

export interface BackendTimes {
  /** The adapter of WebGPU, SwiftShader where there is no GPU. */
  readonly device: string;
  readonly times: ReadonlyMap<number, number>;
}

/** On a backend that may not be there; afterwards the one of before is in use again. */
export async function timeOnBackend(
  backend: BackendName,
  steps: readonly number[],
): Promise<BackendTimes | undefined> {
  const before = currentBackend();
  try {
    const { device } = await selectBackend({ backend, allowSoftwareAdapter: true });
    return { device, times: await timePerImage(steps, 1) };
  } catch (error) {
    if (error instanceof TintypeError && error.code === 'E_BACKEND_UNAVAILABLE') return undefined;
    throw error;
  } finally {
    await selectBackend({ backend: before.name, threads: before.threads });
  }
}
