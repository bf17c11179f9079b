export { discretizedLogLikelihood, standardNormalCdf } from './discretized-likelihood.ts';
export {
  forwardDistribution,
  type ModelDistributionInput,
  modelDistribution,
  posteriorDistribution,
} from './distributions.ts';
export { type DiagonalGaussian, gaussianKl } from './gaussian-kl.ts';
export {
  type BoundStratum,
  measureVariationalBound,
  type VariationalBound,
  type VariationalBoundOptions,
} from './measure-variational-bound.ts';
export {
  priorTerm,
  type VariationalTerm,
  type VariationalTermInput,
  variationalTerm,
} from './variational-term.ts';
