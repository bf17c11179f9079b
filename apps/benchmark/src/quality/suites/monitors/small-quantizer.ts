import {
  computeGradients,
  createAdam,
  createCodebookCollapseMonitor,
  createDivergenceMonitor,
  createParameters,
  createTrainState,
  normal,
  type RandomStream,
  tf,
} from '@tintype/core-tensor';
import { drawRing } from './ring.ts';
import { createPerceptron, type SmallTraining } from './small-training.ts';

/** What is wrong with it; all is well where nothing is said. */
export type QuantizerFault = 'far-codebook';

const codebookSize = 32;
const batchSize = 128;
const width = 32;

const detach = tf.customGrad((x) => ({
  value: (x as tf.Tensor).clone(),
  gradFunc: (dy: tf.Tensor) => tf.zerosLike(dy),
}));

/**
 * An autoencoder of points with a codebook of 32 vectors in the plane: ‖x − D(q)‖² + ‖sg[z] − q‖² + 0.25 ‖z − sg[q]‖²
 * with a straight-through gradient (van den Oord et al. 2017, equation 3). The codebook starts among the codes, or, as a
 * fault, far away from them, with nothing that would revive it.
 */
export function createSmallQuantizer(rng: RandomStream, fault?: QuantizerFault): SmallTraining {
  const { scope, parameters, dispose } = createParameters(rng.fork('model'));
  const encode = createPerceptron(scope.child('encoder'), [2, width, 2]);
  const decode = createPerceptron(scope.child('decoder'), [2, width, 2]);
  const initializer = fault === 'far-codebook' ? normal(1, 50) : normal(1);
  const codebook = scope.create('codebook', [codebookSize, 2], { initializer }) as tf.Tensor as tf.Tensor2D;
  const optimizer = createAdam(parameters, { learningRate: 5e-3 });
  const nearest = (codes: tf.Tensor2D) =>
    tf.tidy(() => {
      const squares = codebook
        .square()
        .sum(1)
        .sub(tf.matMul(codes, codebook, false, true).mul(2));
      return squares.argMin(1) as tf.Tensor1D;
    });

  const loss = (points: tf.Tensor2D) => {
    const codes = encode(points);
    const chosen = tf.oneHot(nearest(codes), codebookSize).toFloat() as tf.Tensor2D;
    const quantized = tf.matMul(chosen, codebook);
    const straight = codes.add<tf.Tensor2D>(detach(quantized.sub(codes)));
    const error = (a: tf.Tensor, b: tf.Tensor) => a.sub(b).square().sum(1).mean<tf.Scalar>();
    const reconstruction = error(points, decode(straight));
    const codebookError = error(detach(codes), quantized);
    const commitment = error(codes, detach(quantized)).mul<tf.Scalar>(0.25);
    return { total: reconstruction.add<tf.Scalar>(codebookError).add<tf.Scalar>(commitment), reconstruction };
  };

  return {
    trainStep: {
      phases: [
        {
          name: 'quantizer',
          interval: 1,
          run(batch) {
            const { losses, gradients } = computeGradients(
              () => loss(batch.points as tf.Tensor2D),
              parameters,
            );
            optimizer.step(gradients);
            return losses;
          },
        },
      ],
      state: createTrainState({ parameters, optimizers: { quantizer: optimizer } }),
      dispose: () => optimizer.dispose(),
    },
    batches: { batch: (step) => ({ points: drawRing(batchSize, rng.fork('data').fork(step)) }) },
    monitors: [
      createDivergenceMonitor(),
      createCodebookCollapseMonitor({
        codebookSize,
        codes: (count, { rng: from }) => tf.tidy(() => nearest(encode(drawRing(4 * count, from)))),
        interval: 25,
      }),
    ],
    dispose() {
      optimizer.dispose();
      dispose();
    },
  };
}
