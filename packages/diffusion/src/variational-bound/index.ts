export {
  type BoundStratum,
  measureVariationalBound,
  type VariationalBound,
  type VariationalBoundOptions,
} from './measure-variational-bound.ts';
export { variationalTerm } from './variational-term.ts';
