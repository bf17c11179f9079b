// A model's forward pass as an ONNX file (opset 21), for inference with onnxruntime and its relatives.
// The function runs twice, at batch sizes 2 and 3, while the kernels that it starts are written down (see README.md).
import { currentBackend, tf } from '@tintype/backend';
import { libraryVersion } from '../checkpoint/library-version.ts';
import type { ParameterTree } from '../parameters/parameter-tree.ts';
import { encodeModel } from './encode-model.ts';
import { exportRefused } from './export-refused.ts';
import type { Graph } from './graph.ts';
import { createGraphBuilder, type GraphBuilder } from './graph-builder.ts';
import { joinRecordings } from './join-recordings.ts';
import { lowerGraph } from './lower-graph.ts';
import { axesOf, type Form, inForm, type Lowering, onnxType, type Value } from './lowering.ts';
import { type OnnxSignature, type OnnxType, typeCodes } from './model.ts';
import { type ModelFunction, type Recording, record } from './record.ts';
import { isFixed, type Shape } from './size.ts';

/** How images lie in the file; in memory they are always NHWC. */
export type OnnxLayout = 'nchw' | 'nhwc';

export interface OnnxInput {
  /** As `run` gets it; 'batch' is a side that the caller of the file chooses. */
  readonly shape: readonly (number | 'batch')[];
  /** As `run` gets it. @default 'float32' */
  readonly dtype?: 'float32' | 'int32';
  /** In the file; 'int64' is cast to the int32 that `run` gets. @default dtype */
  readonly type?: 'float32' | 'int32' | 'int64';
  /** In the file, for inputs of three axes or more. @default 'nhwc' */
  readonly layout?: OnnxLayout;
}

export interface OnnxExportOptions {
  /** By name, in the order of the file. The first side that is 'batch' tells the batch size. */
  readonly inputs: Readonly<Record<string, OnnxInput>>;
  /**
   * The forward pass, in inference mode: a pure function of the inputs and the parameters. Gives one tensor, which is
   * then called `output`, or several by name. It is called twice with zeros.
   */
  readonly run: ModelFunction;
  /** Their names become those of the tensors in the file. @default none: weights are called `constant` */
  readonly parameters?: ParameterTree;
  /** Of outputs of three axes or more. @default 'nhwc' */
  readonly outputLayout?: OnnxLayout;
  /** Of the graph. @default 'model' */
  readonly name?: string;
  /** Texts that the file carries along, by key. */
  readonly metadata?: Readonly<Record<string, string>>;
}

const batches = [2, 3] as const;
const opset = 21;

/**
 * The bytes of an .onnx file that computes what `run` does, for any batch size. Equal calls give equal bytes.
 * Throws `E_CONFIG` where the function cannot be written down: a kernel without ONNX form, random numbers, parameters
 * that it changes, shapes that do not follow the batch; `E_NO_BACKEND` before `selectBackend`.
 */
export async function exportOnnx(options: OnnxExportOptions): Promise<Uint8Array<ArrayBuffer>> {
  currentBackend();
  assertNames(options.inputs);
  const recordings: Recording[] = [];
  try {
    for (const batch of batches) recordings.push(recordAt(batch, options));
    const [first, second] = recordings as [Recording, Recording];
    return writeModel(await joinRecordings(first, second, batches), options);
  } finally {
    for (const recording of recordings) recording.dispose();
  }
}

function recordAt(batch: number, { inputs, run, parameters = new Map() }: OnnxExportOptions): Recording {
  const entries = [...parameters];
  const names = new Map(entries.map(([name, { variable }]) => [variable.id, name]));
  const before = entries.map(([, { variable }]) => variable.dataId);
  const zeros = Object.fromEntries(
    Object.entries(inputs).map(([name, { shape, dtype = 'float32' }]) => {
      const sides = shape.map((side) => (side === 'batch' ? batch : side));
      return [name, tf.zeros(sides, dtype)];
    }),
  );
  try {
    const recording = record(run, zeros, names);
    const changed = entries.find(([, { variable }], index) => variable.dataId !== before[index]);
    if (changed === undefined) return recording;
    recording.dispose();
    throw exportRefused('the function changes a parameter', {
      got: changed[0],
      remedy: 'Export it in inference mode',
    });
  } finally {
    tf.dispose(zeros);
  }
}

function writeModel(graph: Graph, options: OnnxExportOptions): Uint8Array<ArrayBuffer> {
  const { inputs, outputLayout = 'nhwc', name = 'model', metadata = {} } = options;
  const builder = createGraphBuilder();
  for (const reserved of [...Object.keys(inputs), ...Object.keys(graph.outputs)]) builder.reserve(reserved);
  const lowering: Lowering = { builder, batchSize: createBatchSize(builder, options) };
  const values = new Map<number, Value>();
  for (const [input, index] of Object.entries(graph.inputs)) {
    const { shape, dtype } = graph.values[index]!;
    const { layout, type = dtype } = inputs[input]!;
    const name = type === dtype ? input : castInput(input, builder);
    values.set(index, { shape, dtype, [formOfLayout(layout, shape)]: name });
  }
  lowerGraph(graph, values, lowering);
  const outputs = Object.entries(graph.outputs).map(([output, index]) => {
    const value = values.get(index)!;
    const form = formOfLayout(outputLayout, value.shape);
    const signature = signatureOf(output, onnxType(value.dtype), value.shape, form);
    return { result: [inForm(value, form, lowering), output] as const, signature };
  });
  return encodeModel({
    ...builder.finish(outputs.map(({ result }) => result)),
    name,
    producer: `tintype ${libraryVersion}`,
    opset,
    inputs: Object.entries(graph.inputs).map(([input, index]) => {
      const { shape, dtype } = graph.values[index]!;
      const { layout, type = onnxType(dtype) } = inputs[input]!;
      return signatureOf(input, type, shape, formOfLayout(layout, shape));
    }),
    outputs: outputs.map(({ signature }) => signature),
    metadata,
  });
}

function formOfLayout(layout: OnnxLayout | undefined, shape: Shape): Form {
  return layout === 'nchw' && shape.length > 2 ? 'channelsFirst' : 'plain';
}

function castInput(input: string, builder: GraphBuilder): string {
  return builder.node('Cast', [input], {
    attributes: { to: { int: typeCodes.int32 } },
    name: `${input}_int32`,
  });
}

function createBatchSize(builder: GraphBuilder, { inputs }: OnnxExportOptions): () => string {
  let known: string | undefined;
  return () => {
    const [input, { shape, layout }] = Object.entries(inputs).find(([, each]) =>
      each.shape.includes('batch'),
    )!;
    const axis = axesOf(formOfLayout(layout, shape as never), shape.length).indexOf(shape.indexOf('batch'));
    const attributes = { start: { int: axis }, end: { int: axis + 1 } };
    known ??= builder.node('Shape', [input], { attributes, name: 'batch_size' });
    return known;
  };
}

function signatureOf(name: string, type: OnnxType, shape: Shape, form: Form): OnnxSignature {
  const sides = axesOf(form, shape.length).map((axis) => shape[axis]!);
  return {
    name,
    type,
    shape: sides.map((size) =>
      isFixed(size) ? size : size.perBatch === 1 ? 'batch' : `batch_x${size.perBatch}`,
    ),
  };
}

function assertNames(inputs: OnnxExportOptions['inputs']): void {
  const wrong = Object.keys(inputs).find((name) => !/^[A-Za-z_][\w.]*$/.test(name));
  if (wrong === undefined && Object.keys(inputs).length > 0) return;
  throw exportRefused('inputs must have names of letters, digits and underscores', { got: wrong ?? 'none' });
}
