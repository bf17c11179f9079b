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
export {
  reluGradient,
  leakyReluGradient,
  eluGradient,
  siluGradient,
  softplusGradient,
  tanhGradient,
  sigmoidGradient,
} from './activations-backward';
export { matMul, microKernelProbe, packPanels } from './gemm';
// Not kernels; see micro-kernel.ts for why they are exported.
export { columnTile, rowTile } from './micro-kernel';
export { normalizeApply, normalizeMoments, normalizeSamples, normalizeStatistics } from './normalize-forward';
export {
  normalizeGradApply,
  normalizeGradCoefficients,
  normalizeGradSamples,
  normalizeGradSums,
  normalizeGradWeights,
} from './normalize-backward';
export { layerNorm, layerNormGrad, layerNormGradWeights } from './normalize-features';
export { adamChunks, averageChunks, clipFactor, scaleChunks, squareSumChunks } from './optimizers';
export { convolveWindows } from './convolution-windows';
export { sumParts, sumTurnedParts, sumWindowProducts } from './convolution-filter-gradient';
export { packPhases, packTurned } from './convolution-pack';
export { scatterWindows } from './convolution-scatter';
export { stridedWinogradFilter } from './strided-winograd-filter';
export { stridedWinogradFilterGradient } from './strided-winograd-filter-gradient';
export { stridedWinogradForward } from './strided-winograd-forward';
export { stridedWinogradInputGradient } from './strided-winograd-input-gradient';
export { winogradChannels } from './winograd-channels';
export { winogradFilter } from './winograd-filter';
export { winogradFilterGradient } from './winograd-filter-gradient';
export { winogradForward } from './winograd-forward';
export { winogradSumParts } from './winograd-sum-parts';
// Not kernels: exported so that the optimiser does not inline them, which would spill their sums.
export { multiplyTiles } from './winograd-multiply';
export { addOuterFour } from './winograd-outer-four';
export { addOuterSix } from './winograd-outer-six';
export {
  binaryAdd,
  binarySubtract,
  binaryMultiply,
  binaryDivide,
  binarySquaredDifference,
  binaryMaximum,
  binaryMinimum,
} from './elementwise';
export { logSoftmax, logSoftmaxGradient, softmax, softmaxGradient } from './softmax';
export { sumColumns, sumParts64, sumRows } from './reduce';
export { attention } from './attention-forward';
export { attentionGradient } from './attention-backward';
export { dropoutMask, randomBits, randomNormal, randomUniform } from './random';
export { blockSpread, blockSum } from './resample';
export { copyStrided, fillValues, transposeRows } from './strided-copy';
