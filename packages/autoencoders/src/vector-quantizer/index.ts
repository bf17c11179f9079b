export { codeUseOfCounts, countCodes, perplexityOf, perplexityOfCounts } from './code-counts.ts';
export type { CountSmoothing } from './codebook-update.ts';
export {
  defaultVectorQuantizerConfig,
  type VectorQuantizerConfig,
  vectorQuantizerEntries,
} from './config.ts';
export {
  createVectorQuantizer,
  type Quantized,
  type VectorQuantizer,
  type VectorQuantizerOptions,
} from './vector-quantizer.ts';
