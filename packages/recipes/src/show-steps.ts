import { tf } from '@tintype/core-tensor';
import type { SampleOptions } from '@tintype/diffusion';
import type { SampleRequest } from './recipe.ts';

type ShowFrame = NonNullable<SampleRequest<object>['onStep']>;

/**
 * A sampler's `onStep` that shows the batch from `firstIndex` on to a recipe's; nothing where nobody looks. `toImages` borrows
 * what the sampler walks through and gives images [b, h, w, c].
 */
export function showSteps(
  onStep: ShowFrame | undefined,
  firstIndex: number,
  toImages: (x: tf.Tensor4D) => tf.Tensor4D | Promise<tf.Tensor4D> = (x) => x.clone(),
): Pick<SampleOptions, 'onStep'> {
  if (!onStep) return {};
  return {
    async onStep({ stepsDone, stepCount, xPrevious, ...rest }) {
      const images = await toImages(xPrevious);
      const xStart = await toImages(rest.xStart);
      try {
        await onStep({ firstIndex, stepsDone, stepCount, images, xStart });
      } finally {
        tf.dispose([images, xStart]);
      }
    },
  };
}
