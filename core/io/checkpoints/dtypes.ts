/** Element types of stored tensors: their names in each format, and how they become numbers. */

/** An element type. */
export interface DTypeFacts {
  /** Bytes an element. */
  readonly bytes: 1 | 2 | 4 | 8;
  /** Its name in a safetensors header. */
  readonly safetensors: string;
  /** Its name as an attribute of Python's module `torch`. */
  readonly torch: string;
  /** PyTorch's class of storages with this type; none for types that are stored untyped. */
  readonly storage?: string;
  /** Elements as numbers; the result may lie in the same memory. */
  readonly decode: (bytes: Uint8Array<ArrayBuffer>) => Numbers;
}

/** Decoded elements. */
export type Numbers =
  | Float32Array
  | Float64Array
  | Float16Array
  | Int8Array
  | Int16Array
  | Int32Array
  | Uint8Array
  | Uint16Array
  | Uint32Array;

/** Elements in the memory of their bytes, whose start is aligned. */
function elementsOf<T>(
  type: { readonly BYTES_PER_ELEMENT: number; new (buffer: ArrayBuffer, offset: number, length: number): T },
): (bytes: Uint8Array<ArrayBuffer>) => T {
  return ({ buffer, byteOffset, length }) => new type(buffer, byteOffset, length / type.BYTES_PER_ELEMENT);
}

function decodeBfloat16(bytes: Uint8Array<ArrayBuffer>): Float32Array {
  return new Float32Array(Uint32Array.from(elementsOf(Uint16Array)(bytes), (half) => half << 16).buffer);
}

function decodeInt64(bytes: Uint8Array<ArrayBuffer>): Float64Array {
  return Float64Array.from(elementsOf(BigInt64Array)(bytes), Number);
}

function decodeUint64(bytes: Uint8Array<ArrayBuffer>): Float64Array {
  return Float64Array.from(elementsOf(BigUint64Array)(bytes), Number);
}

/** Names of element types. */
export const dtypeNames = [
  "f32",
  "f16",
  "bf16",
  "f64",
  "i8",
  "i16",
  "i32",
  "i64",
  "u8",
  "u16",
  "u32",
  "u64",
  "bool",
] as const;
/** An element type of stored tensors. */
export type DType = typeof dtypeNames[number];

/** Types of fractions. */
type Fraction = "f32" | "f16" | "bf16" | "f64";

const fractions: Readonly<Record<Fraction, DTypeFacts>> = {
  f32: { bytes: 4, safetensors: "F32", torch: "float32", storage: "FloatStorage", decode: elementsOf(Float32Array) },
  f16: { bytes: 2, safetensors: "F16", torch: "float16", storage: "HalfStorage", decode: elementsOf(Float16Array) },
  bf16: { bytes: 2, safetensors: "BF16", torch: "bfloat16", storage: "BFloat16Storage", decode: decodeBfloat16 },
  f64: { bytes: 8, safetensors: "F64", torch: "float64", storage: "DoubleStorage", decode: elementsOf(Float64Array) },
};

/** Facts of every element type that is read and written. */
export const dtypes: Readonly<Record<DType, DTypeFacts>> = {
  ...fractions,
  i8: { bytes: 1, safetensors: "I8", torch: "int8", storage: "CharStorage", decode: elementsOf(Int8Array) },
  i16: { bytes: 2, safetensors: "I16", torch: "int16", storage: "ShortStorage", decode: elementsOf(Int16Array) },
  i32: { bytes: 4, safetensors: "I32", torch: "int32", storage: "IntStorage", decode: elementsOf(Int32Array) },
  i64: { bytes: 8, safetensors: "I64", torch: "int64", storage: "LongStorage", decode: decodeInt64 },
  u8: { bytes: 1, safetensors: "U8", torch: "uint8", storage: "ByteStorage", decode: (bytes) => bytes },
  u16: { bytes: 2, safetensors: "U16", torch: "uint16", decode: elementsOf(Uint16Array) },
  u32: { bytes: 4, safetensors: "U32", torch: "uint32", decode: elementsOf(Uint32Array) },
  u64: { bytes: 8, safetensors: "U64", torch: "uint64", decode: decodeUint64 },
  bool: { bytes: 1, safetensors: "BOOL", torch: "bool", storage: "BoolStorage", decode: (bytes) => bytes },
};

/** Whether an element type holds fractions: weights are fractions. */
export function isFraction(dtype: DType): boolean {
  return dtype in fractions;
}

/** The element type that has this name in a format. */
export function dtypeNamed(format: "safetensors" | "torch" | "storage", name: string): DType | undefined {
  return dtypeNames.find((dtype) => dtypes[dtype][format] === name);
}
