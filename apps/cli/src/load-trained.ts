import { loadWeights, type Model, type ReadCheckpoint } from '@tintype/core-tensor';

export interface LoadTrainedOptions {
  /** Leaves the average out. @default false */
  readonly isRaw?: boolean;
}

/** Puts a run's weights into the model: the average where the run keeps one, over the weights it was made of. */
export function loadTrained(
  model: Model,
  { tensors }: ReadCheckpoint,
  { isRaw = false }: LoadTrainedOptions = {},
): 'ema' | 'model' {
  loadWeights(model.parameters, tensors.get('model') ?? new Map(), { where: 'model.safetensors' });
  const average = tensors.get('ema');
  if (!average || isRaw) return 'model';
  loadWeights(model.parameters, average, { strict: false, where: 'ema.safetensors' });
  return 'ema';
}
