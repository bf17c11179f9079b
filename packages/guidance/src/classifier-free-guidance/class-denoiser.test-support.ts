import { createRandomStream, tf } from '@tintype/core-tensor';
import { createUNet2d, type Denoiser, type UNet2d, type UNet2dConfig } from '@tintype/diffusion';

/** Pixels of the image that the class means; label −1 means 0.5. */
const classValues = [10, -3, 4];
const nullValue = 0.5;

export interface RecordedCall {
  readonly labels: readonly number[];
  readonly t: readonly number[];
}

/** Answers xt + the value of the label, and records what it was asked. */
export function createClassDenoiser(
  given: Partial<Denoiser> = {},
): Denoiser & { readonly calls: RecordedCall[] } {
  const calls: RecordedCall[] = [];
  return {
    predictionType: 'epsilon',
    varianceType: 'fixed',
    hasNullLabel: true,
    calls,
    predict(xt, t, options = {}) {
      const labels = [...options.condition!.labels!.dataSync()];
      calls.push({ labels, t: [...t.dataSync()] });
      const values = labels.map((label) => (label < 0 ? nullValue : classValues[label]!));
      return { prediction: xt.add(tf.tensor4d(values, [values.length, 1, 1, 1])) as tf.Tensor4D };
    },
    ...given,
  };
}

/** A class-conditional net whose every parameter is drawn, so that its prediction depends on everything. */
export function createDrawnNet(config: Partial<UNet2dConfig> = {}): UNet2d {
  const rng = createRandomStream(9);
  const model = createUNet2d(
    {
      imageSize: 8,
      channels: 1,
      patchSize: 2,
      blockOutChannels: [4, 8],
      layersPerBlock: 1,
      normGroups: 2,
      attentionHeadDim: 4,
      numClasses: 3,
      hasNullLabel: true,
      ...config,
    },
    rng,
  );
  for (const [name, { variable }] of model.parameters) {
    const drawn = rng
      .fork('draw')
      .fork(name)
      .normal(variable.shape as [number], 0, 0.2);
    variable.assign(drawn);
    drawn.dispose();
  }
  return model;
}
