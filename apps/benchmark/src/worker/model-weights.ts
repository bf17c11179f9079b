import { type ParameterTree, type RandomStream, tf } from '@tintype/core-tensor';

/** Deviation of what is added to every weight, so that none of them starts at zero and hides the others' errors. */
const perturbation = 0.02;

/** Adds a little to every weight. */
export function perturb(parameters: ParameterTree, rng: RandomStream): void {
  for (const [name, { variable, isTrainable }] of parameters) {
    if (!isTrainable) continue;
    tf.tidy(() => {
      const change = rng
        .fork(name)
        .normal(variable.shape as [number])
        .mul(perturbation);
      variable.assign(tf.add(variable, change));
    });
  }
}

export function trainableCount(parameters: ParameterTree): number {
  return [...parameters.values()]
    .filter(({ isTrainable }) => isTrainable)
    .reduce((sum, { variable }) => sum + variable.size, 0);
}
