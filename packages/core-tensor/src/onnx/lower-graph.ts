import { exportRefused } from './export-refused.ts';
import type { Graph, GraphNode } from './graph.ts';
import { convolutionKernels } from './kernels/convolutions.ts';
import { elementwiseKernels } from './kernels/elementwise.ts';
import { lookupKernels } from './kernels/lookups.ts';
import { normalizeRows } from './kernels/normalize-rows.ts';
import { productKernels } from './kernels/products.ts';
import { reductionKernels } from './kernels/reductions.ts';
import { shapeKernels } from './kernels/shapes.ts';
import type { Lowering, LowerKernel, Value } from './lowering.ts';

const kernels: ReadonlyMap<string, LowerKernel> = new Map(
  Object.entries({
    ...convolutionKernels,
    ...elementwiseKernels,
    ...lookupKernels,
    ...productKernels,
    ...reductionKernels,
    ...shapeKernels,
    NormalizeRows: normalizeRows,
  }),
);

/**
 * Writes the ONNX nodes of what the outputs depend on and gives the values of the graph by index. `values` holds the inputs to begin with.
 * Throws `E_CONFIG` that names every kernel which has no ONNX form here.
 */
export function lowerGraph(graph: Graph, values: Map<number, Value>, lowering: Lowering): void {
  const nodes = neededNodes(graph);
  assertSupported(nodes);
  for (const [index, { shape, dtype, constant }] of graph.values.entries()) {
    if (constant) values.set(index, { shape, dtype, constant });
  }
  for (const { kernelName, attributes, inputs, outputs } of nodes) {
    const given = Object.entries(inputs).map(([name, index]) => [name, values.get(index)!] as const);
    const call = {
      kernelName,
      attributes,
      inputs: Object.fromEntries(given),
      outputs: outputs.map((index) => graph.values[index]!),
    };
    const lowered = lowerNode(kernels.get(kernelName)!, call, lowering);
    for (const [at, index] of outputs.entries()) {
      const value = lowered[at];
      if (value) values.set(index, value);
    }
  }
}

function lowerNode(lower: LowerKernel, call: Parameters<LowerKernel>[0], lowering: Lowering): Value[] {
  return lower(call, lowering).map((result, at) => {
    if ('shape' in result) return result;
    const { shape, dtype } = call.outputs[at]!;
    // Below three axes there is one form only.
    const { plain, channelsFirst } = result;
    return shape.length < 3 ? { shape, dtype, plain: plain ?? channelsFirst } : { shape, dtype, ...result };
  });
}

function neededNodes({ nodes, outputs }: Graph): GraphNode[] {
  const needed = new Set(Object.values(outputs));
  const kept = [...nodes].reverse().filter((node) => {
    if (!node.outputs.some((output) => needed.has(output))) return false;
    for (const input of Object.values(node.inputs)) needed.add(input);
    return true;
  });
  return kept.reverse();
}

function assertSupported(nodes: readonly GraphNode[]): void {
  const unknown = new Set(nodes.map(({ kernelName }) => kernelName).filter((name) => !kernels.has(name)));
  if (unknown.size === 0) return;
  throw exportRefused('these kernels have no ONNX form yet', {
    got: [...unknown].sort().join(', '),
    remedy: 'Compose the function of other operations',
  });
}
