export { exportOnnx, type OnnxExportOptions, type OnnxInput, type OnnxLayout } from './export-onnx.ts';
export type { ModelFunction } from './record.ts';
