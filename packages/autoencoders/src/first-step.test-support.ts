import { trainLoop } from '@tintype/core-tensor';
import type { TrainableSystem } from '@tintype/core-tensor/testing';

/** What a system's first step logs and the numbers of its state behind it. Frees the system. */
export async function firstStep({ trainStep, batches, rng, dispose }: TrainableSystem): Promise<{
  readonly values: Readonly<Record<string, number>>;
  /** Adam's first moments, which are the gradients times 1 − β₁. */
  readonly gradients: readonly number[];
  readonly stateOf: (includes: (name: string) => boolean) => number[];
}> {
  let values: Readonly<Record<string, number>> = {};
  for await (const event of trainLoop(trainStep, batches, { steps: 1, rng })) {
    if (event.type === 'metrics') values = event.values;
  }
  const state = [...trainStep.state.tensors()].map(
    ([name, { tensor }]) => [name, tensor.dataSync()] as const,
  );
  const stateOf = (includes: (name: string) => boolean) =>
    state.filter(([name]) => includes(name)).flatMap(([, numbers]) => [...numbers]);
  dispose();
  return { values, gradients: stateOf((name) => name.endsWith('/exp_avg')), stateOf };
}
