/**
 * The messages of ONNX files, as far as they are written here.
 *
 * Numbers copied by hand from ONNX's onnx.proto (Copyright ONNX Project Contributors, Apache-2.0).
 */
import { create, createFileRegistry, type DescMessage } from "npm:@bufbuild/protobuf@2.17.0";
import {
  type FieldDescriptorProto,
  FieldDescriptorProto_Label,
  FieldDescriptorProto_Type,
  FieldDescriptorProtoSchema,
  FileDescriptorProtoSchema,
} from "npm:@bufbuild/protobuf@2.17.0/wkt";

const scalarTypes = {
  int32: FieldDescriptorProto_Type.INT32,
  int64: FieldDescriptorProto_Type.INT64,
  float: FieldDescriptorProto_Type.FLOAT,
  string: FieldDescriptorProto_Type.STRING,
  bytes: FieldDescriptorProto_Type.BYTES,
} as const;

/** Fields by name: a number, a type (a scalar's or a message's), and whether there may be several. */
type Fields = Readonly<Record<string, readonly [number: number, type: string, label?: "repeated"]>>;

const messages = {
  ModelProto: {
    ir_version: [1, "int64"],
    producer_name: [2, "string"],
    graph: [7, "GraphProto"],
    opset_import: [8, "OperatorSetIdProto", "repeated"],
    metadata_props: [14, "StringStringEntryProto", "repeated"],
  },
  OperatorSetIdProto: { domain: [1, "string"], version: [2, "int64"] },
  StringStringEntryProto: { key: [1, "string"], value: [2, "string"] },
  GraphProto: {
    node: [1, "NodeProto", "repeated"],
    name: [2, "string"],
    initializer: [5, "TensorProto", "repeated"],
    input: [11, "ValueInfoProto", "repeated"],
    output: [12, "ValueInfoProto", "repeated"],
  },
  NodeProto: {
    input: [1, "string", "repeated"],
    output: [2, "string", "repeated"],
    name: [3, "string"],
    op_type: [4, "string"],
    attribute: [5, "AttributeProto", "repeated"],
  },
  AttributeProto: {
    name: [1, "string"],
    i: [3, "int64"],
    ints: [8, "int64", "repeated"],
    type: [20, "int32"],
  },
  TensorProto: {
    dims: [1, "int64", "repeated"],
    data_type: [2, "int32"],
    name: [8, "string"],
    raw_data: [9, "bytes"],
  },
  ValueInfoProto: { name: [1, "string"], type: [2, "TypeProto"] },
  TypeProto: { tensor_type: [1, "TensorTypeProto"] },
  TensorTypeProto: { elem_type: [1, "int32"], shape: [2, "TensorShapeProto"] },
  TensorShapeProto: { dim: [1, "DimensionProto", "repeated"] },
  DimensionProto: { dim_value: [1, "int64"] },
} as const satisfies Record<string, Fields>;

/** An attribute's type. */
export const ATTRIBUTE_TYPE = { INT: 2, INTS: 7 } as const;
/** A tensor's type. */
export const FLOAT = 1, INT64 = 7;

function fieldOf(name: string, [number, type, label]: Fields[string]): FieldDescriptorProto {
  const scalar = (scalarTypes as Readonly<Record<string, FieldDescriptorProto_Type>>)[type];
  return create(FieldDescriptorProtoSchema, {
    name,
    jsonName: name.replace(/_(\w)/g, (_, letter: string) => letter.toUpperCase()),
    number,
    label: label ? FieldDescriptorProto_Label.REPEATED : FieldDescriptorProto_Label.OPTIONAL,
    ...(scalar === undefined
      ? { type: FieldDescriptorProto_Type.MESSAGE, typeName: `.onnx.${type}` }
      : { type: scalar }),
  });
}

const registry = createFileRegistry(
  create(FileDescriptorProtoSchema, {
    name: "onnx.proto",
    package: "onnx",
    syntax: "proto3",
    messageType: Object.entries<Fields>(messages).map(([name, fields]) => ({
      name,
      field: Object.entries(fields).map(([field, spec]) => fieldOf(field, spec)),
    })),
  }),
  () => undefined,
);

/** The message that a whole file is. */
export const modelSchema: DescMessage = registry.getMessage("onnx.ModelProto")!;
