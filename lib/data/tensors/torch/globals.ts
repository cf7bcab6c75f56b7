import { dataError, fileError } from "../../../runtime/mod.ts";
import type { TensorDtype } from "../tensor_types.ts";
import { PickleGlobal } from "./pickle_machine.ts";
import { type StorageRecord, TensorRecord } from "./records.ts";

/** PyTorch's storage classes; a typed storage has one element type, an untyped one counts bytes. */
const STORAGES: ReadonlyMap<string, TensorDtype> = new Map([
  ["torch.DoubleStorage", "F64"],
  ["torch.FloatStorage", "F32"],
  ["torch.HalfStorage", "F16"],
  ["torch.BFloat16Storage", "BF16"],
  ["torch.LongStorage", "I64"],
  ["torch.IntStorage", "I32"],
  ["torch.ShortStorage", "I16"],
  ["torch.CharStorage", "I8"],
  ["torch.ByteStorage", "U8"],
  ["torch.BoolStorage", "BOOL"],
  ["torch.storage.UntypedStorage", "U8"],
]);

/** PyTorch's element types. */
const DTYPES: ReadonlyMap<string, TensorDtype> = new Map([
  ["torch.float64", "F64"],
  ["torch.float32", "F32"],
  ["torch.float16", "F16"],
  ["torch.bfloat16", "BF16"],
  ["torch.int64", "I64"],
  ["torch.int32", "I32"],
  ["torch.int16", "I16"],
  ["torch.int8", "I8"],
  ["torch.uint8", "U8"],
  ["torch.bool", "BOOL"],
]);

/** All that a checkpoint may ask for: names of storages and element types, and what puts tensors together. */
export function torchGlobals(where: string): ReadonlyMap<string, PickleGlobal> {
  const calls: [string, (args: readonly unknown[]) => unknown][] = [
    ["torch._utils._rebuild_tensor", (args) => rebuildTensor(args, { where })],
    ["torch._utils._rebuild_tensor_v2", (args) => rebuildTensor(args, { where })],
    [
      "torch._utils._rebuild_tensor_v3",
      (args) => rebuildTensor(args, { where, dtype: dtypeOf(args[6], where) }),
    ],
    ["torch._utils._rebuild_parameter", ([tensor]) => tensor],
    ["torch.Size", ([sizes]) => sizes],
    ["collections.OrderedDict", (args) => orderedDict(args, where)],
  ];
  const names = [...STORAGES.keys(), ...DTYPES.keys()].map((name) => new PickleGlobal(name));
  const all = [...names, ...calls.map(([name, call]) => new PickleGlobal(name, call))];
  return new Map(all.map((it) => [it.name, it]));
}

/**
 * The storage that a persistent id `("storage", class, key, device, elements, view)` names; `view`, in old files
 * only, is `(key, first element, elements)` or None.
 */
export function storageRecord(id: unknown, where: string): StorageRecord {
  const [kind, type, key, , elements, view] = Array.isArray(id) ? id : [];
  const dtype = type instanceof PickleGlobal ? STORAGES.get(type.name) : undefined;
  if (kind !== "storage" || !dtype || typeof key !== "string" || !isCount(elements)) {
    throw fileError(`Cannot read ${where}: its pickle refers to something that is not a storage of tensors`);
  }
  const first = Array.isArray(view) ? view[1] : 0;
  if (!isCount(first)) throw fileError(`Cannot read ${where}: storage ${key} has a view that starts nowhere`);
  return { key, dtype, elements, first };
}

/** Arguments: storage, offset in elements, sizes, strides; what follows (gradients, hooks) concerns training. */
function rebuildTensor(
  args: readonly unknown[],
  { where, dtype }: { where: string; dtype?: TensorDtype },
): TensorRecord {
  const [storage, offset, shape, strides] = args;
  if (!isStorage(storage) || !isCount(offset) || !isCounts(shape) || !isCounts(strides)) {
    throw fileError(
      `Cannot read ${where}: a tensor in it has sizes, strides or an offset that are no whole numbers`,
    );
  }
  const layout = { dtype: dtype ?? storage.dtype, offset, shape, strides };
  return new TensorRecord(storage, { layout, where });
}

function dtypeOf(global: unknown, where: string): TensorDtype {
  const dtype = global instanceof PickleGlobal ? DTYPES.get(global.name) : undefined;
  if (dtype) return dtype;
  throw dataError(
    `Cannot read ${where}: a tensor in it has a dtype that is not known (known: ${[...DTYPES.keys()]})`,
  );
}

/** Its argument, if any, is a list of pairs. */
function orderedDict([pairs = []]: readonly unknown[], where: string): Map<unknown, unknown> {
  const isPair = (it: unknown): it is [unknown, unknown] => Array.isArray(it) && it.length === 2;
  if (Array.isArray(pairs) && pairs.every(isPair)) return new Map(pairs);
  throw fileError(`Cannot read ${where}: an OrderedDict in it is made of something that is no list of pairs`);
}

const isStorage = (value: unknown): value is StorageRecord =>
  typeof value === "object" && value !== null && "elements" in value && "key" in value;

const isCount = (value: unknown): value is number => Number.isSafeInteger(value) && Number(value) >= 0;

const isCounts = (value: unknown): value is number[] => Array.isArray(value) && value.every(isCount);
