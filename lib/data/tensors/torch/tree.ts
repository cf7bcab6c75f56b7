import { fileError } from "../../../runtime/mod.ts";
import type { LazyTensor } from "../tensor_types.ts";
import type { TorchContent } from "./content.ts";
import { PickleGlobal } from "./pickle_machine.ts";
import { TensorRecord } from "./records.ts";

/** A value of a checkpoint: dicts are plain objects, lists and tuples arrays, a dtype is its name. */
export type TorchValue =
  | null
  | boolean
  | number
  | bigint
  | string
  | Uint8Array
  | LazyTensor
  | readonly TorchValue[]
  | { readonly [key: string]: TorchValue };

/** Deeper than any checkpoint; a list that holds itself ends here too. */
const MAX_DEPTH = 64;
/** More values than any checkpoint has; one list may stand in many places, so that a small file could unfold endlessly. */
const MAX_VALUES = 1_000_000;

/** The value of a pickle as a tree; what stands in several places is one object in all of them. */
export function unfold({ value, startOf }: TorchContent, path: string): TorchValue {
  const done = new Map<unknown, TorchValue>();
  const visit = (it: unknown, depth: number): TorchValue => {
    if (depth > MAX_DEPTH) {
      throw fileError(`Cannot read ${path}: its values are nested deeper than ${MAX_DEPTH}`);
    }
    const before = done.get(it);
    if (before !== undefined) return before;
    const made = convert(it, depth);
    done.set(it, made);
    return made;
  };
  const convert = (it: unknown, depth: number): TorchValue => {
    if (it instanceof TensorRecord) return it.lazy(path, startOf(it.storage.key));
    if (it instanceof PickleGlobal) return it.name;
    if (Array.isArray(it)) return it.map((item) => visit(item, depth + 1));
    if (it instanceof Map) {
      return Object.fromEntries([...it].map(([key, item]) => [String(key), visit(item, depth + 1)]));
    }
    if (isPlain(it)) return it;
    throw fileError(`Cannot read ${path}: it holds a storage that is in no tensor`);
  };
  return visit(value, 0);
}

/** The tensors of a tree by dotted path. @throws {KcellfmError} tag "file", when it unfolds without end. */
export function tensorsIn(root: TorchValue, path: string): Map<string, LazyTensor> {
  const tensors = new Map<string, LazyTensor>();
  let values = 0;
  const visit = (value: TorchValue, name: string): void => {
    if (++values > MAX_VALUES) {
      throw fileError(`Cannot read ${path}: it holds more than ${MAX_VALUES} values`);
    }
    if (isTensor(value)) tensors.set(name, value);
    else if (typeof value === "object" && value !== null && !(value instanceof Uint8Array)) {
      for (const [key, item] of Object.entries(value)) visit(item, name === "" ? key : `${name}.${key}`);
    }
  };
  visit(root, "");
  return tensors;
}

/** True if a value of a checkpoint is a tensor. */
export function isTensor(value: TorchValue): value is LazyTensor {
  return typeof value === "object" && value !== null && "read" in value && typeof value.read === "function";
}

const isPlain = (it: unknown): it is null | boolean | number | bigint | string | Uint8Array =>
  it === null || ["boolean", "number", "bigint", "string"].includes(typeof it) || it instanceof Uint8Array;
