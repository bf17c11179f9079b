import type { VaeConfig } from './config.ts';

/**
 * β of a step (0: the first): klWeight · min(1, step / klWarmUpSteps). A function of the step alone, so that resuming
 * needs nothing. Bowman et al. (2016), arXiv 1511.06349, section 3.1; linear as in Sønderby et al. (2016), arXiv 1602.02282.
 */
export function klWeightAt({ klWeight, klWarmUpSteps }: VaeConfig, step: number): number {
  return step >= klWarmUpSteps ? klWeight : (klWeight * step) / klWarmUpSteps;
}
