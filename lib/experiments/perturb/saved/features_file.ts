import type { StoredTensor } from "../../../data/tensors/mod.ts";
import { csrFromDense } from "../../../matrix/mod.ts";
import { modelError } from "../../../runtime/mod.ts";
import { type GeneFeatures, type GeneTable, tableFeatures } from "../describe/genes.ts";

type Tensors = ReadonlyMap<string, StoredTensor>;

/**
 * Features of every gene that has some, and of the genes named, as tensors: columns that none of `learned` has are left out, sparse
 * rows are stored as CSR, and numbers that half precision holds exactly by it.
 */
export function storeFeatures(
  features: GeneFeatures,
  learned: readonly string[],
): { genes: string[]; tensors: Map<string, StoredTensor> } {
  const of = features.among(learned);
  const rows = [...new Set([...features.genes(), ...learned])].sort().flatMap((gene) => {
    const vector = of(gene);
    return vector ? [{ gene, vector }] : [];
  });
  const width = rows[0]?.vector.length ?? 0;
  const vectors = new Float32Array(rows.length * width);
  rows.forEach(({ vector }, row) => vectors.set(vector, row * width));
  const genes = rows.map(({ gene }) => gene);
  const table = { genes, width, vectors };
  const filled = vectors.reduce((sum, value) => sum + Number(value !== 0), 0);
  const tensors = filled < vectors.length / 2 ? sparse(table) : dense(table);
  return { genes, tensors: new Map([...tensors].map(([name, own]) => [`${features.name}.${name}`, own])) };
}

function dense({ genes, width, vectors }: GeneTable): Map<string, StoredTensor> {
  const dtype = vectors.every((value) => Math.f16round(value) === value) ? "F16" : "F32";
  return new Map([["vectors", { dtype, shape: [genes.length, width], data: vectors }]]);
}

function sparse({ genes, width, vectors }: GeneTable): Map<string, StoredTensor> {
  const { indptr, indices, data } = csrFromDense(vectors, genes.length, width);
  const list = (dtype: "I32" | "F32", data: Int32Array | Float32Array): StoredTensor => ({
    dtype,
    shape: [data.length],
    data,
  });
  return new Map([
    ["indptr", list("I32", indptr)],
    ["indices", list("I32", indices)],
    ["data", list("F32", data)],
    ["width", list("I32", Int32Array.of(width))],
  ]);
}

/** Features stored by {@linkcode storeFeatures}. @throws {KcellfmError} tag "model", if a tensor is missing or does not fit. */
export function restoreFeatures(
  name: string,
  { genes, tensors, where }: { genes: readonly string[]; tensors: Tensors; where: string },
): GeneFeatures {
  const of = (part: string) => tensors.get(`${name}.${part}`);
  const [vectors, indptr, indices, data] = ["vectors", "indptr", "indices", "data"].map(of);
  if (vectors && vectors.shape[0] === genes.length) {
    return tableFeatures(name, { genes, width: vectors.shape[1], vectors: vectors.data as Float32Array });
  }
  const width = of("width")?.data[0];
  if (!indptr || !indices || !data || width === undefined || indptr.data.length !== genes.length + 1) {
    throw modelError(`Cannot use ${where}: its features "${name}" do not fit its ${genes.length} genes`);
  }
  const dense = new Float32Array(genes.length * width);
  for (let row = 0; row < genes.length; row++) {
    for (let k = indptr.data[row]; k < indptr.data[row + 1]; k++) {
      dense[row * width + indices.data[k]] = data.data[k];
    }
  }
  return tableFeatures(name, { genes, width, vectors: dense });
}
