import { loadReference } from '@tintype/core-tensor/testing';
import type { Features } from './features.ts';

/** What the references say of the sets in `metrics/features.safetensors`. */
export interface ReferenceValues {
  readonly rows: readonly [
    {
      readonly fid: Readonly<
        Record<
          | 'exact_symmetric'
          | 'studiogan_scipy'
          | 'nvlabs_scipy'
          | 'nvlabs_with_biased_covariance'
          | 'exact_symmetric_biased_covariance',
          number
        >
      >;
      readonly kid: {
        readonly unbiased_all: number;
        readonly nvlabs_subsets: number;
        readonly subsets: readonly { readonly real: readonly number[]; readonly fake: readonly number[] }[];
      };
      readonly prdc_k3: ReferenceNeighbors;
      readonly prdc_k5: ReferenceNeighbors;
      readonly precision_recall_nvlabs_float32_k3: ReferencePrecisionRecall;
      readonly precision_recall_nvlabs_float16_k3: ReferencePrecisionRecall;
      readonly precision_recall_nvlabs_float32_k5: ReferencePrecisionRecall;
      readonly precision_recall_nvlabs_float16_k5: ReferencePrecisionRecall;
    },
    {
      readonly inception_score: {
        readonly all: number;
        readonly splits: readonly number[];
        readonly mean: number;
        readonly std: number;
      };
    },
  ];
}

interface ReferencePrecisionRecall {
  readonly precision: number;
  readonly recall: number;
}

interface ReferenceNeighbors extends ReferencePrecisionRecall {
  readonly density: number;
  readonly coverage: number;
}

export async function referenceSets() {
  const tensors = await loadReference('metrics/features.safetensors');
  const features = (name: string): Features => {
    const { shape, data } = tensors.get(name)!;
    return { count: shape[0]!, dimension: shape[1]!, values: data as Float32Array | Float64Array };
  };
  return {
    real: features('gaussians.real'),
    fake: features('gaussians.fake'),
    realMean: tensors.get('gaussians.real_mean')!.data,
    realCovariance: tensors.get('gaussians.real_cov')!.data,
    probabilities: features('inception.probabilities'),
  };
}
