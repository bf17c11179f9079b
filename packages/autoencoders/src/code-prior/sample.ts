import {
  assertLabels,
  type RandomStream,
  type SampleBatchesOptions,
  sampleBatches,
  TintypeError,
  tf,
} from '@tintype/core-tensor';
import type { CodePrior } from './code-prior.ts';

export interface CodePriorSampleOptions extends SampleBatchesOptions {
  readonly rng: RandomStream;
  /** Divides the logits, at least 0: below 1 for likelier and less varied grids, 0 for the likeliest code each time. @default 1 */
  readonly temperature?: number;
  /** Classes to ask for, −1 for none: sample i has label i mod their number. @default none */
  readonly labels?: readonly number[];
}

/**
 * Grids drawn from the prior, in batches int32 [b, height, width]; the consumer frees each. Code after code in reading
 * order, with the random numbers of sample i from its index alone, so that it is the same in any batch. The event loop
 * gets its turn between codes. Throws `E_CONFIG` for impossible numbers and `E_LABEL` for an impossible label.
 */
export async function* sampleCodePrior(
  model: CodePrior,
  { rng, temperature = 1, labels = [], ...options }: CodePriorSampleOptions,
): AsyncGenerator<tf.Tensor3D> {
  assertTemperature(temperature);
  const { numClasses } = model.config;
  const asked = labels.filter((label) => label !== -1);
  assertLabels(asked, numClasses ?? 0, 'sampleCodePrior: labels');
  const stream = rng.fork('codes');
  yield* sampleBatches<tf.Tensor3D>(options, (firstIndex, count) => {
    const indices = Array.from({ length: count }, (_, i) => firstIndex + i);
    const wanted =
      numClasses !== null && labels.length > 0 ? indices.map((i) => labels[i % labels.length]!) : [];
    return drawGrids(model, { streams: indices.map((i) => stream.fork(i)), labels: wanted, temperature });
  });
}

interface Draw {
  /** One for each grid. */
  readonly streams: readonly RandomStream[];
  /** One for each grid, or none. */
  readonly labels: readonly number[];
  readonly temperature: number;
}

async function drawGrids(model: CodePrior, { streams, labels, temperature }: Draw): Promise<tf.Tensor3D> {
  const { height, width } = model.config;
  const drawn: tf.Tensor2D[] = [];
  try {
    for (let place = 0; place < height * width; place++) {
      await new Promise((resolve) => setTimeout(resolve, 0));
      drawn.push(
        tf.tidy(() => {
          const scores = scoresAt(model, drawn, labels, streams.length);
          if (temperature === 0) return tf.argMax(scores, 1).expandDims<tf.Tensor2D>(1);
          return tf
            .argMax(scores.add(gumbel(model, streams, place).mul(temperature)), 1)
            .expandDims<tf.Tensor2D>(1);
        }),
      );
    }
    return tf.tidy(() => tf.concat2d(drawn, 1).reshape<tf.Tensor3D>([streams.length, height, width]));
  } finally {
    tf.dispose(drawn);
  }
}

/** Logits [b, K] of the next code, from the rows down to its own; codes not drawn yet stand as 0 and are not seen. */
function scoresAt(
  model: CodePrior,
  drawn: readonly tf.Tensor2D[],
  labels: readonly number[],
  count: number,
): tf.Tensor2D {
  const { width, codebookSize } = model.config;
  const [row, column] = [Math.floor(drawn.length / width), drawn.length % width];
  const missing = tf.zeros<tf.Rank.R2>([count, width - column], 'int32');
  const codes = tf.concat2d([...drawn, missing], 1).reshape<tf.Tensor3D>([count, row + 1, width]);
  const logits = model.logits(codes, labels.length > 0 ? tf.tensor1d([...labels], 'int32') : undefined);
  return logits.slice([0, row, column, 0], [count, 1, 1, codebookSize]).reshape([count, codebookSize]);
}

/** [b, K] of −ln(−ln u): the largest of logits + gumbel is a draw from softmax(logits). */
function gumbel(model: CodePrior, streams: readonly RandomStream[], place: number): tf.Tensor2D {
  const { codebookSize } = model.config;
  const rows = streams.map((stream) => stream.fork(place).uniform<tf.Rank.R1>([codebookSize], 1e-9, 1));
  return tf.stack(rows).log().neg().log().neg() as tf.Tensor2D;
}

function assertTemperature(temperature: number): void {
  if (Number.isFinite(temperature) && temperature >= 0) return;
  throw new TintypeError('E_CONFIG', {
    where: 'sampleCodePrior: temperature',
    what: 'the number is not possible',
    got: temperature,
    expected: 'a finite number of at least 0',
  });
}
