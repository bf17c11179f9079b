import {
  computeGradients,
  createAdam,
  createCycleSteganographyMonitor,
  createDivergenceMonitor,
  createParameters,
  createTrainState,
  type RandomStream,
  tf,
} from '@tintype/core-tensor';
import { createPerceptron, type SmallTraining } from './small-training.ts';

/** What is wrong with it; all is well where nothing is said. */
export type CycleFault = 'hidden-channel';

const dimension = 8;
const batchSize = 64;

/**
 * Two networks that translate vectors of 16 numbers there and back, with the cycle loss of CycleGAN. What the other domain
 * looks like is a plain regression here: the negative of the vector; or, as a fault, one picture that is the same for
 * all, so that the cycle can only be closed by hiding the vector in it.
 */
export function createCyclePair(rng: RandomStream, fault?: CycleFault): SmallTraining {
  const { scope, parameters, dispose } = createParameters(rng.fork('model'));
  const translate = createPerceptron(scope.child('translate'), [dimension, 64, dimension]);
  const restore = createPerceptron(scope.child('restore'), [dimension, 64, dimension]);
  const optimizer = createAdam(parameters, { learningRate: 1e-2 });
  const draw = (count: number, from: RandomStream) => from.uniform<tf.Rank.R2>([count, dimension], -1, 1);
  const loss = (x: tf.Tensor2D) => {
    const y = translate(x);
    const wanted = fault === 'hidden-channel' ? tf.zerosLike(x) : x.neg();
    const look = y.sub(wanted).square().mean<tf.Scalar>();
    const cycle = restore(y).sub(x).abs().mean<tf.Scalar>();
    return { total: look.mul<tf.Scalar>(1000).add<tf.Scalar>(cycle.mul(10)), look, cycle };
  };

  return {
    trainStep: {
      phases: [
        {
          name: 'cycle',
          interval: 1,
          run(batch) {
            const { losses, gradients } = computeGradients(
              () => loss(batch.source as tf.Tensor2D),
              parameters,
            );
            optimizer.step(gradients);
            return losses;
          },
        },
      ],
      state: createTrainState({ parameters, optimizers: { cycle: optimizer } }),
      dispose: () => optimizer.dispose(),
    },
    batches: { batch: (step) => ({ source: draw(batchSize, rng.fork('data').fork(step)) }) },
    monitors: [
      createDivergenceMonitor(),
      createCycleSteganographyMonitor({
        images: (count, { rng: from }) => draw(count, from),
        translate: (x) => translate(x as tf.Tensor2D),
        restore: (y) => restore(y as tf.Tensor2D),
        interval: 50,
      }),
    ],
    dispose() {
      optimizer.dispose();
      dispose();
    },
  };
}
