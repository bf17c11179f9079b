import { TintypeError, type tf } from '@tintype/core-tensor';

/** The same batches until the signal is aborted; the batch of that moment is freed and `E_ABORTED` thrown. */
export async function* untilAborted(
  batches: AsyncIterable<tf.Tensor4D>,
  signal: AbortSignal | undefined,
): AsyncGenerator<tf.Tensor4D> {
  for await (const images of batches) {
    if (signal?.aborted) {
      images.dispose();
      throw new TintypeError('E_ABORTED', { where: 'evaluate', what: 'stopped', cause: signal.reason });
    }
    yield images;
  }
}
