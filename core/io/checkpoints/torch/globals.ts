/** The names of Python code that a PyTorch file of weights may contain, and what each stands for here. */
import { type ByteSource, refuse } from "../byte_source.ts";
import { dtypeNamed, dtypeNames, dtypes } from "../dtypes.ts";
import { shown } from "../error.ts";
import { MemoryBudget } from "../pickle/budget.ts";
import type { PickleOptions } from "../pickle/machine.ts";
import { PickleGlobal, type PickleValue } from "../pickle/values.ts";
import { isCount, rebuildTensor, RebuiltTensor, StorageReference } from "./rebuilt.ts";

/** Element types of PyTorch's that are not read: named in the error in place of an unknown global. */
const UNREAD =
  /^torch\.(?:(?:cuda\.)?(?:Q|Complex)\w*Storage|_utils\._rebuild_qtensor|(?:complex|float8|float4|qu?int|bits)\w*|u?int[1-7])$/;

/** Storages whose elements' type the tensors tell. */
const UNTYPED = ["torch.storage.UntypedStorage", "torch.UntypedStorage"];

function orderedDict(source: ByteSource): PickleGlobal {
  return new PickleGlobal("collections.OrderedDict", (args) => {
    if (args.length === 0) return new Map();
    return refuse(source, "unsupported", "an OrderedDict is made empty, then filled: got one that is made of values");
  });
}

function parameter(source: ByteSource, name: string): PickleGlobal {
  return new PickleGlobal(name, ([data]) => {
    if (data instanceof RebuiltTensor) return data;
    return refuse(source, "corrupt", "a parameter has a tensor: got something else");
  });
}

/** Tensors that are stored untyped carry their element type as an argument. */
function rebuildUntyped(source: ByteSource, args: readonly PickleValue[]): RebuiltTensor {
  const type = args[6], name = type instanceof PickleGlobal ? type.name : "";
  const dtype = dtypeNamed("torch", name.replace(/^torch\./, ""));
  return rebuildTensor(source, args, dtype);
}

function callables(source: ByteSource): readonly PickleGlobal[] {
  const tensor = (args: readonly PickleValue[]): RebuiltTensor => rebuildTensor(source, args);
  return [
    orderedDict(source),
    new PickleGlobal("torch._utils._rebuild_tensor", tensor),
    new PickleGlobal("torch._utils._rebuild_tensor_v2", tensor),
    new PickleGlobal("torch._utils._rebuild_tensor_v3", (args) => rebuildUntyped(source, args)),
    parameter(source, "torch._utils._rebuild_parameter"),
    parameter(source, "torch._utils._rebuild_parameter_with_state"),
    new PickleGlobal("torch.Size", ([sizes = []]) => sizes),
    new PickleGlobal("torch.device", ([name = null]) => name),
  ];
}

function constants(): readonly PickleGlobal[] {
  const types = dtypeNames.map((dtype) => dtypes[dtype]);
  const storages = types.flatMap(({ storage }) => storage ? [`torch.${storage}`, `torch.cuda.${storage}`] : []);
  return [...types.map(({ torch }) => `torch.${torch}`), ...storages, ...UNTYPED].map((name) => new PickleGlobal(name));
}

/** The storage that a persistent identifier names: `("storage", type, key, location, elements, view?)`. */
function storageOf(source: ByteSource, id: PickleValue): StorageReference {
  const [kind, type, key, , elements, view = null] = Array.isArray(id) ? id : [];
  if (kind !== "storage" || !(type instanceof PickleGlobal) || typeof key !== "string" || !isCount(elements)) {
    return refuse(source, "corrupt", "its pickles refer to storages: got something else");
  }
  const dtype = dtypeNamed("storage", type.name.split(".").at(-1)!);
  if (!dtype && !UNTYPED.includes(type.name)) {
    refuse(source, "corrupt", `a storage has a type: got ${shown(type.name)}`);
  }
  if (view === null) return new StorageReference({ key, dtype, elements, start: 0 });
  const [, start, size] = Array.isArray(view) ? view : [];
  if (!isCount(start) || !isCount(size)) {
    return refuse(source, "corrupt", "a view of a storage has a start and a size: got others");
  }
  return new StorageReference({ key, dtype, elements: size, start });
}

/** How the pickles of a PyTorch file are read. */
export function torchPickles(source: ByteSource): PickleOptions {
  const allowed = new Map([...callables(source), ...constants()].map((global) => [global.name, global]));
  return {
    budget: new MemoryBudget(source),
    global: (name) => {
      if (UNREAD.test(name)) {
        refuse(source, "dtype", `elements are real numbers of 8 to 64 bits: got ${shown(name)}`, [name]);
      }
      return allowed.get(name);
    },
    persistent: (id) => storageOf(source, id),
  };
}
