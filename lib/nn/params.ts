import * as tf from "../tensor/mod.ts";
import type { LazyTensor, StoredTensor } from "../data/tensors/mod.ts";
import { modelError } from "../runtime/mod.ts";

/** The parameters of a model: a tree of variables whose paths are the names in its checkpoint. */
export type ParamTree =
  | { readonly [name: string]: tf.Variable | ParamTree | undefined }
  | readonly ParamTree[];

/** Parameters by dotted name (`layers.0.norm.weight`), in the order of the tree. */
export function flattenParams(tree: ParamTree, prefix = ""): Map<string, tf.Variable> {
  const flat = new Map<string, tf.Variable>();
  for (const [key, value] of Object.entries(tree)) {
    if (value === undefined) continue;
    const name = prefix ? `${prefix}.${key}` : key;
    if (value instanceof tf.Variable) flat.set(name, value);
    else for (const [inner, variable] of flattenParams(value as ParamTree, name)) flat.set(inner, variable);
  }
  return flat;
}

/** Frees every variable of a tree. */
export function disposeParams(tree: ParamTree): void {
  for (const variable of flattenParams(tree).values()) variable.dispose();
}

/** Copies a tree out of the backend for a checkpoint; "F16" halves its size on disk. */
export function storeParams(tree: ParamTree, dtype: "F32" | "F16" = "F32"): Map<string, StoredTensor> {
  const stored = new Map<string, StoredTensor>();
  for (const [name, variable] of flattenParams(tree)) {
    stored.set(name, { dtype, shape: variable.shape, data: variable.dataSync<"float32">() });
  }
  return stored;
}

/**
 * Assigns stored tensors to the variables of a tree, by name; tensors of a file are read one at a time.
 *
 * @throws {KcellfmError} tag "model", naming at once every missing, unexpected and mis-shaped tensor.
 */
export function loadParams(
  tree: ParamTree,
  stored: ReadonlyMap<string, StoredTensor | LazyTensor>,
  where: string,
): void {
  const params = flattenParams(tree);
  const shapes = new Map([...params].map(([name, variable]) => [name, variable.shape]));
  const problems = matchNames(shapes, stored);
  if (problems.length > 0) {
    throw modelError(`Cannot load ${where}: ${problems.join("; ")}; use the checkpoint's own config.json`);
  }
  for (const [name, variable] of params) {
    const value = stored.get(name)!;
    const { data } = "read" in value ? value.read() : value;
    const fresh = tf.tensor(data, variable.shape, "float32");
    variable.assign(fresh);
    fresh.dispose();
  }
}

/** Every missing, unexpected and mis-shaped tensor of a checkpoint, each kind as one phrase; none when all fit. */
export function matchNames(
  expected: ReadonlyMap<string, readonly number[]>,
  stored: ReadonlyMap<string, { readonly shape: readonly number[] }>,
): string[] {
  const missing = [...expected.keys()].filter((name) => !stored.has(name));
  const unexpected = [...stored.keys()].filter((name) => !expected.has(name));
  const misshaped = [...expected].flatMap(([name, wanted]) => {
    const shape = stored.get(name)?.shape;
    return shape && `${shape}` !== `${wanted}` ? [`${name} [${shape}] for [${wanted}]`] : [];
  });
  const report = (label: string, names: string[]) => names.length > 0 ? [`${label} ${names.join(", ")}`] : [];
  return [
    ...report("missing", missing),
    ...report("unexpected", unexpected),
    ...report("mis-shaped", misshaped),
  ];
}
