import { BinaryWriter, WireType } from '@bufbuild/protobuf/wire';
import {
  type OnnxAttribute,
  type OnnxModel,
  type OnnxNode,
  type OnnxSignature,
  type OnnxTensor,
  typeCodes,
} from './model.ts';

// Field numbers of onnx.proto3 (Apache-2.0, onnx/onnx), of the few messages and fields that inference needs.

const irVersion = 10;
const attributeTypes = { float: 1, int: 2, string: 3, ints: 7 } as const;

type Write = (writer: BinaryWriter) => void;

/** The bytes of an .onnx file. Equal models give equal bytes. */
export function encodeModel(model: OnnxModel): Uint8Array<ArrayBuffer> {
  const writer = new BinaryWriter();
  writer.tag(1, WireType.Varint).int64(irVersion);
  text(writer, 2, model.producer);
  message(writer, 7, (graph) => writeGraph(graph, model));
  message(writer, 8, (opset) => {
    text(opset, 1, '');
    opset.tag(2, WireType.Varint).int64(model.opset);
  });
  for (const [key, value] of Object.entries(model.metadata)) {
    message(writer, 14, (entry) => {
      text(entry, 1, key);
      text(entry, 2, value);
    });
  }
  return new Uint8Array(writer.finish());
}

function writeGraph(writer: BinaryWriter, { name, nodes, initializers, inputs, outputs }: OnnxModel): void {
  for (const node of nodes) message(writer, 1, (inner) => writeNode(inner, node));
  text(writer, 2, name);
  for (const tensor of initializers) message(writer, 5, (inner) => writeTensor(inner, tensor));
  for (const input of inputs) message(writer, 11, (inner) => writeSignature(inner, input));
  for (const output of outputs) message(writer, 12, (inner) => writeSignature(inner, output));
}

function writeNode(writer: BinaryWriter, { inputs, outputs, name, opType, attributes }: OnnxNode): void {
  for (const input of inputs) text(writer, 1, input);
  for (const output of outputs) text(writer, 2, output);
  text(writer, 3, name);
  text(writer, 4, opType);
  for (const [key, attribute] of Object.entries(attributes)) {
    message(writer, 5, (inner) => writeAttribute(inner, key, attribute));
  }
}

function writeAttribute(writer: BinaryWriter, name: string, attribute: OnnxAttribute): void {
  text(writer, 1, name);
  if ('float' in attribute) writer.tag(2, WireType.Bit32).float(attribute.float);
  if ('int' in attribute) writer.tag(3, WireType.Varint).int64(attribute.int);
  if ('string' in attribute) text(writer, 4, attribute.string);
  if ('ints' in attribute) for (const value of attribute.ints) writer.tag(8, WireType.Varint).int64(value);
  const [kind] = Object.keys(attribute) as [keyof typeof attributeTypes];
  writer.tag(20, WireType.Varint).int32(attributeTypes[kind]);
}

function writeTensor(writer: BinaryWriter, { name, type, shape, bytes }: OnnxTensor): void {
  for (const side of shape) writer.tag(1, WireType.Varint).int64(side);
  writer.tag(2, WireType.Varint).int32(typeCodes[type]);
  text(writer, 8, name);
  writer.tag(9, WireType.LengthDelimited).bytes(bytes);
}

function writeSignature(writer: BinaryWriter, { name, type, shape }: OnnxSignature): void {
  text(writer, 1, name);
  message(writer, 2, (typeProto) =>
    message(typeProto, 1, (tensorType) => {
      tensorType.tag(1, WireType.Varint).int32(typeCodes[type]);
      message(tensorType, 2, (sides) => {
        for (const side of shape) message(sides, 1, (dimension) => writeSide(dimension, side));
      });
    }),
  );
}

function writeSide(writer: BinaryWriter, side: number | string): void {
  if (typeof side === 'number') writer.tag(1, WireType.Varint).int64(side);
  else text(writer, 2, side);
}

function text(writer: BinaryWriter, field: number, value: string): void {
  writer.tag(field, WireType.LengthDelimited).string(value);
}

function message(writer: BinaryWriter, field: number, write: Write): void {
  writer.tag(field, WireType.LengthDelimited).fork();
  write(writer);
  writer.join();
}
