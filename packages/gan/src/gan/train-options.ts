import type { Ema } from '@tintype/core-tensor';
import type { GanObjective } from '../objectives/objective.ts';
import type { Gan } from './gan.ts';

export interface GanTrainOptions {
  /** @default nonSaturating */
  readonly objective?: GanObjective;
  /** An average of the parameters, updated after every step of the generator. */
  readonly ema?: Ema;
  /** Steps of the discriminator for each of the generator, which moves in the first of them. @default 1 */
  readonly discriminatorSteps?: number;
  /**
   * Whether the generator learns on the images that the discriminator has just seen, as PyTorch's DCGAN example does; it
   * then runs once a step. Otherwise it draws latents of its own. @default true where discriminatorSteps is 1
   */
  readonly reusesFakes?: boolean;
  /**
   * Slices that each phase cuts its batch into, to save memory. Batch norm then sees one slice at a time; reused latents
   * go through the generator again. @default 1
   */
  readonly accumulate?: number;
}

/** What every phase is made with. */
export type GanTraining = Required<Omit<GanTrainOptions, 'ema'>> & { readonly model: Gan };
