// The discrete bottleneck of a VQ-VAE: each latent is replaced by the nearest of K codes.
// van den Oord, Vinyals and Kavukcuoglu (2017), "Neural discrete representation learning", arXiv 1711.00937.
// k = argmin_j ‖z − e_j‖, z_q = e_k; dL/dz = dL/dz_q (straight-through);
// loss = ‖sg[z] − e‖² + β ‖z − sg[e]‖², the first term or averages (`ema`) move the codes.
// Differs from the paper: squared distances are means over batch, places and the D numbers of a code, as in diffusers;
// codes out of use may be drawn anew from the latents.
import {
  assertConfig,
  assertShape,
  type Initializer,
  type ParameterScope,
  type RandomStream,
  stopGradient,
  tf,
  uniform,
} from '@tintype/core-tensor';
import { perplexityOf } from './code-counts.ts';
import {
  averageCodes,
  type CodebookState,
  type CountSmoothing,
  reviveCodes,
  startingCount,
} from './codebook-update.ts';
import { type VectorQuantizerConfig, vectorQuantizerSchema } from './config.ts';
import { nearestCode } from './nearest-code.ts';
import { straightThrough } from './straight-through.ts';

export interface VectorQuantizerOptions {
  /** Start of the codes. @default uniform in ±1/K, as in diffusers and pythae */
  readonly initializer?: Initializer;
  /** Where averages keep the counts smoothed. @default 'division' */
  readonly smoothing?: CountSmoothing;
}

/** Scalars and tensors of one pass, given to the caller. */
export interface Quantized {
  /** The codes [b, h, w, D] in place of the latents; its gradient goes to the latents unchanged. */
  readonly quantized: tf.Tensor4D;
  /** int32 [b, h, w]. */
  readonly codeIndices: tf.Tensor3D;
  /** What to add to a model's loss: both terms with their weights; with `ema` the weighted commitment alone. */
  readonly loss: tf.Scalar;
  /** mean (e − sg[z])²: its gradient moves the codes; with `ema` it has none and is there to be logged. */
  readonly codebookLoss: tf.Scalar;
  /** mean (z − sg[e])²: its gradient moves the encoder. The same number as `codebookLoss`. */
  readonly commitmentLoss: tf.Scalar;
  /** exp(−Σ p ln p) of the codes of this batch, 1 to K. */
  readonly perplexity: tf.Scalar;
}

export interface VectorQuantizer {
  readonly config: VectorQuantizerConfig;
  /** The codes [K, D]: the variable itself. */
  readonly codebook: tf.Tensor2D;
  /** Averaged uses of each code a batch [K]; with `loss` there where `reviveBelow` is above 0. */
  readonly clusterSize: tf.Tensor1D | undefined;
  /** Latents [b, h, w, D] → int32 [b, h, w]; of equally near codes the smallest index. */
  nearest(latents: tf.Tensor4D): tf.Tensor3D;
  /** Indices int32 [b, h, w] below K → codes [b, h, w, D]. */
  lookup(codeIndices: tf.Tensor3D): tf.Tensor4D;
  /** Latents [b, h, w, D] → codes and loss terms. Use inside `computeGradients` or `tf.tidy`. */
  quantize(latents: tf.Tensor4D): Quantized;
  /**
   * Moves averages, and codes out of use onto latents drawn with `rng`; between steps, with the latents and indices of
   * the whole batch. Does nothing with `loss` where `reviveBelow` is 0.
   */
  updateCodebook(latents: tf.Tensor4D, codeIndices: tf.Tensor3D, rng: RandomStream): void;
}

/**
 * Parameters `embedding.weight` [K, D] (diffusers' name; not trainable with `ema`) and the buffers `cluster_size` [K]
 * and, with `ema`, `embedding_average` [K, D]. Throws `E_CONFIG` or `E_UNKNOWN_OPTION` for an impossible configuration.
 */
export function createVectorQuantizer(
  scope: ParameterScope,
  config: VectorQuantizerConfig,
  { initializer, smoothing = 'division' }: VectorQuantizerOptions = {},
): VectorQuantizer {
  const valid = assertConfig(vectorQuantizerSchema, config, 'VectorQuantizerConfig');
  const { codebookSize, embeddingDim, commitmentCost, codebookUpdate, betaOn, reviveBelow } = valid;
  const isAveraged = codebookUpdate === 'ema';
  const variables = createVariables(scope, valid, initializer);
  const codebook = variables.codebook as tf.Tensor as tf.Tensor2D;
  const [codebookWeight, commitmentWeight] =
    betaOn === 'codebook' ? [commitmentCost, 1] : [1, commitmentCost];

  const nearest = (latents: tf.Tensor4D): tf.Tensor3D => {
    assertShape(latents, [null, null, null, embeddingDim], 'latents');
    const [b, h, w] = latents.shape;
    return tf.tidy(() => nearestCode(latents.reshape([-1, embeddingDim]), codebook).reshape([b, h, w]));
  };
  const lookup = (codeIndices: tf.Tensor3D): tf.Tensor4D =>
    tf.tidy(
      () =>
        tf.gather(codebook, codeIndices.cast<tf.Tensor>('int32') as tf.Tensor1D) as tf.Tensor as tf.Tensor4D,
    );

  return {
    config: valid,
    codebook,
    clusterSize: variables.clusterSize as tf.Tensor as tf.Tensor1D | undefined,
    nearest,
    lookup,
    quantize(latents) {
      const codeIndices = nearest(latents);
      const codes = lookup(codeIndices);
      const codebookLoss = meanSquare(codes, stopGradient(latents));
      const commitmentLoss = meanSquare(latents, stopGradient(codes));
      const weighted = commitmentLoss.mul<tf.Scalar>(commitmentWeight);
      return {
        quantized: straightThrough(latents, codes),
        codeIndices,
        loss: isAveraged ? weighted : codebookLoss.mul<tf.Scalar>(codebookWeight).add(weighted),
        codebookLoss,
        commitmentLoss,
        perplexity: perplexityOf(codeIndices, codebookSize),
      };
    },
    updateCodebook(latents, codeIndices, rng) {
      const { clusterSize, embeddingAverage } = variables;
      if (!clusterSize) return;
      tf.tidy(() => {
        const rows = latents.reshape<tf.Tensor2D>([-1, embeddingDim]);
        const before = { codebook, clusterSize, embeddingAverage } as unknown as CodebookState;
        const averaged = averageCodes(before, rows, codeIndices.flatten(), { ...valid, smoothing });
        const after = reviveBelow > 0 ? reviveCodes(averaged, rows, valid, rng) : averaged;
        if (after.codebook !== codebook) variables.codebook.assign(after.codebook);
        clusterSize.assign(after.clusterSize);
        if (after.embeddingAverage) embeddingAverage?.assign(after.embeddingAverage);
      });
    },
  };
}

function createVariables(
  scope: ParameterScope,
  { codebookSize, embeddingDim, codebookUpdate, reviveBelow }: VectorQuantizerConfig,
  initializer: Initializer = uniform(-1 / codebookSize, 1 / codebookSize),
): { codebook: tf.Variable; clusterSize?: tf.Variable; embeddingAverage?: tf.Variable } {
  const isAveraged = codebookUpdate === 'ema';
  const shape = [codebookSize, embeddingDim];
  const codebook = scope.create('embedding.weight', shape, { initializer, isTrainable: !isAveraged });
  if (!isAveraged && reviveBelow === 0) return { codebook };
  const start = startingCount(reviveBelow);
  const clusterSize = scope.create('cluster_size', [codebookSize], {
    initializer: () => tf.fill([codebookSize], start),
    isTrainable: false,
  });
  if (!isAveraged) return { codebook, clusterSize };
  const embeddingAverage = scope.create('embedding_average', shape, {
    initializer: () => codebook.mul(start), // so that m / N is the code
    isTrainable: false,
  });
  return { codebook, clusterSize, embeddingAverage };
}

function meanSquare(a: tf.Tensor, b: tf.Tensor): tf.Scalar {
  return tf.tidy(() => tf.squaredDifference(a, b).mean());
}
