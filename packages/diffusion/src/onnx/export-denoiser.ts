import { assertConfig, type ParameterTree, type tf, v } from '@tintype/core-tensor';
import { exportOnnx, type OnnxInput, type OnnxLayout } from '@tintype/core-tensor/onnx';
import type { Condition, Denoiser } from '../denoiser.ts';

export interface DenoiserOnnxOptions {
  /** Side of the images in pixels. */
  readonly imageSize: number;
  /** Channels of the images. */
  readonly channels: number;
  /** What else the denoiser gets. @default neither */
  readonly condition?: {
    /** An input `labels` [batch]; −1 is the null label where the denoiser has one. Its type in the file. */
    readonly labels?: 'int32' | 'int64';
    /** An input `encoder_hidden_states` [batch, tokens, channels]. */
    readonly encoderHiddenStates?: { readonly tokens: number; readonly channels: number };
    /** An input `attributes` [batch, count]. */
    readonly attributes?: { readonly count: number };
  };
  /** Of `x`, `prediction` and `variance`. @default 'nchw', as other libraries have images */
  readonly layout?: OnnxLayout;
}

const positive = v.pipe(v.number(), v.integer(), v.minValue(1));

const schema = v.strictObject({
  imageSize: positive,
  channels: positive,
  condition: v.optional(
    v.strictObject({
      labels: v.optional(v.picklist(['int32', 'int64'])),
      encoderHiddenStates: v.optional(v.strictObject({ tokens: positive, channels: positive })),
      attributes: v.optional(v.strictObject({ count: positive })),
    }),
  ),
  layout: v.optional(v.picklist(['nchw', 'nhwc'])),
});

/**
 * The bytes of an .onnx file of a denoiser for inference: inputs `x`, `t` float32 [batch] and those of `condition`;
 * outputs `prediction` and, where it is learned, `variance`. The batch size is free, that of the images is not.
 * The file says in its metadata what the denoiser predicts. Throws `E_CONFIG` for impossible options and where the denoiser cannot be
 * written (see `exportOnnx`), and what `predict` throws where the options do not fit it.
 */
export function exportDenoiserOnnx(
  denoiser: Denoiser & { readonly parameters?: ParameterTree },
  options: DenoiserOnnxOptions,
): Promise<Uint8Array<ArrayBuffer>> {
  const {
    imageSize,
    channels,
    condition = {},
    layout = 'nchw',
  } = assertConfig(schema, options, 'exportDenoiserOnnx');
  const { predictionType, varianceType, hasNullLabel = false, parameters } = denoiser;
  const named = conditionInputs(condition);
  return exportOnnx({
    name: 'denoiser',
    inputs: {
      x: { shape: ['batch', imageSize, imageSize, channels], layout },
      t: { shape: ['batch'] },
      ...Object.fromEntries(named.map(({ name, input }) => [name, input])),
    },
    run({ x, t, ...rest }) {
      const given = named.map(({ key, name }) => [key, rest[name]!] as const);
      const predicted = denoiser.predict(x as tf.Tensor4D, t as tf.Tensor1D, {
        ...(given.length > 0 && { condition: Object.fromEntries(given) as Condition }),
      });
      const { prediction, variance } = predicted;
      return { prediction, ...(variance && { variance }) } as Record<string, tf.Tensor>;
    },
    parameters,
    outputLayout: layout,
    metadata: {
      prediction_type: predictionType,
      variance_type: varianceType,
      has_null_label: String(hasNullLabel),
    },
  });
}

interface ConditionInput {
  /** In the denoiser's condition. */
  readonly key: string;
  /** In the file. */
  readonly name: string;
  readonly input: OnnxInput;
}

function conditionInputs({
  labels,
  encoderHiddenStates,
  attributes,
}: NonNullable<DenoiserOnnxOptions['condition']>): ConditionInput[] {
  const inputs: ConditionInput[] = [];
  if (labels) {
    inputs.push({ key: 'labels', name: 'labels', input: { shape: ['batch'], dtype: 'int32', type: labels } });
  }
  if (encoderHiddenStates) {
    const { tokens, channels } = encoderHiddenStates;
    const input = { shape: ['batch', tokens, channels] } as const;
    inputs.push({ key: 'encoderHiddenStates', name: 'encoder_hidden_states', input });
  }
  if (attributes) {
    inputs.push({ key: 'attributes', name: 'attributes', input: { shape: ['batch', attributes.count] } });
  }
  return inputs;
}
