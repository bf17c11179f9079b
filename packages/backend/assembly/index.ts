// Every kernel of the wasm engine. All have one signature: kernel(args, begin, end, scratch) works on the items
// [begin, end) of a job. `args` points at the job's words, integers and pointers first, then floats; `scratch` at
// memory of the calling thread alone. Items may run on any thread in any order.
export { fmaProbe } from './fma-probe';
export {
  mapExp,
  mapLog,
  mapTanh,
  mapSigmoid,
  mapSoftplus,
  mapSilu,
  mapElu,
  mapRelu,
  mapLeakyRelu,
  mapStep,
  mapSquare,
  mapSquareRoot,
  mapInverseSquareRoot,
  mapReciprocal,
  mapNegative,
  mapMagnitude,
} from './activations-forward';
