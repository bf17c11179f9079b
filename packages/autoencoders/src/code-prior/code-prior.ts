// The second stage of a VQ-VAE: what a grid of codes is likely to be, one code after the other in reading order.
// p(codes) = Π p(code_i | codes before i). Van den Oord et al. (2016), arXiv 1601.06759 and 1606.05328 (PixelCNN);
// Vaswani et al. (2017), arXiv 1706.03762 (transformer); as prior of codes: van den Oord et al. (2017), arXiv 1711.00937.
// Differs from the papers: codes enter as learned vectors instead of intensities; far fewer layers.
import {
  assertShape,
  createParameters,
  type Model,
  type RandomStream,
  TintypeError,
  tf,
} from '@tintype/core-tensor';
import { type CodePriorConfig, validateCodePriorConfig } from './config.ts';
import { createPixelCnn } from './pixel-cnn.ts';
import { createTransformer } from './transformer.ts';

export interface CodePrior extends Model<CodePriorConfig> {
  /**
   * Codes int32 [b, rows, width] in [0, codebookSize), the first 1 to `height` rows of each grid → logits
   * [b, rows, width, codebookSize] of every code given those before it. Labels int32 [b], −1 for none (all of them where
   * left out), which a prior knows if it was trained with −1 too. Throws `E_SHAPE`, and `E_LABEL` where the prior has no
   * classes. Values are not read back: check them before (a bad one throws on cpu and wasm, and counts as zeros on WebGPU).
   */
  logits(codes: tf.Tensor3D, labels?: tf.Tensor1D): tf.Tensor4D;
}

/** Throws `E_CONFIG` or `E_UNKNOWN_OPTION` for an impossible configuration, `E_NO_BACKEND` before `selectBackend`. */
export function createCodePrior(config: CodePriorConfig, rng: RandomStream): CodePrior {
  const valid = validateCodePriorConfig(config);
  const { architecture, height, width, numClasses } = valid;
  const { scope, parameters, dispose } = createParameters(rng);
  const network = (architecture === 'pixel-cnn' ? createPixelCnn : createTransformer)(scope, valid);
  let isDisposed = false;

  return {
    config: valid,
    parameters,
    logits(codes, labels) {
      if (isDisposed)
        throw new TintypeError('E_DISPOSED', { where: 'CodePrior', what: 'the model was disposed' });
      assertShape(codes, [null, codes.shape[1] <= height ? null : height, width], 'codes');
      if (labels) assertShape(labels, [codes.shape[0]], 'labels');
      if (labels && numClasses === null) throw noClasses();
      return tf.tidy(() => {
        const known = numClasses === null ? undefined : (labels ?? tf.fill([codes.shape[0]], -1, 'int32'));
        return network(codes, known as tf.Tensor1D | undefined);
      });
    },
    dispose() {
      isDisposed = true;
      dispose();
    },
  };
}

function noClasses(): TintypeError {
  return new TintypeError('E_LABEL', {
    where: 'labels',
    what: 'the prior knows no labels',
    remedy: 'Create it with numClasses',
  });
}
