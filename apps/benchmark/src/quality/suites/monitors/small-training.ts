import {
  type BatchSource,
  createLinear,
  leakyRelu,
  type Monitor,
  type ParameterScope,
  type RandomStream,
  type TrainStep,
  type tf,
  trainLoop,
  type VerdictEvent,
} from '@tintype/core-tensor';

/** A training of milliseconds a step, and the monitors that watch it. */
export interface SmallTraining {
  readonly trainStep: TrainStep;
  readonly batches: BatchSource;
  readonly monitors: readonly Monitor[];
  dispose(): void;
}

export interface WatchRequest {
  readonly steps: number;
  readonly rng: RandomStream;
  /** Ends at this verdict. */
  readonly until?: string;
  readonly signal?: AbortSignal;
}

/** Trains, gives the verdicts, and frees the training. */
export async function watchTraining(
  training: SmallTraining,
  { steps, rng, until, signal }: WatchRequest,
): Promise<readonly VerdictEvent[]> {
  const verdicts: VerdictEvent[] = [];
  const { trainStep, batches, monitors } = training;
  const options = { steps, rng, monitors, logEvery: steps, ...(signal && { signal }) };
  try {
    for await (const event of trainLoop(trainStep, batches, options)) {
      if (event.type !== 'verdict') continue;
      verdicts.push(event);
      if (event.verdict === until) break;
    }
  } finally {
    for (const { dispose } of monitors) dispose?.();
    training.dispose();
  }
  return verdicts;
}

/** Linear layers of these widths with leaky ReLU between them. */
export function createPerceptron(scope: ParameterScope, widths: readonly number[]) {
  const layers = widths
    .slice(1)
    .map((outFeatures, i) =>
      createLinear(scope.child(`layers.${i}`), { inFeatures: widths[i]!, outFeatures }),
    );
  return (x: tf.Tensor2D): tf.Tensor2D =>
    layers.reduce((h, layer, i) => layer(i === 0 ? h : leakyRelu(h)), x);
}
