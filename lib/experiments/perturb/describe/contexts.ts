import { exactComponents, rowAt, stackTables } from "../../../matrix/mod.ts";
import type { TypeVectors } from "../../../text/mod.ts";
import { changeTable, COMPONENTS } from "../learn/changes.ts";
import { type Description, sumOf } from "./descriptor.ts";
import { type GeneFeatures, tableFeatures } from "./genes.ts";

/** The expression of the unperturbed cells: for sets of several backgrounds. */
export const byControl: Description = { name: "control", prepare: () => ({ control }) => control.mean };

/** The name of the description of backgrounds by text. */
export const TYPE_TEXT = "type_text";

/** The ontology text vectors of cell types, by their names and ids. */
export function typeFeatures(types: TypeVectors): GeneFeatures {
  const { data, cols } = stackTables([types, types]);
  return tableFeatures(TYPE_TEXT, { genes: [...types.names, ...types.ids], width: cols, vectors: data });
}

/** The ontology text vector of the background, by its name or id. */
export const byTypeText = (types: GeneFeatures): Description => ({
  name: TYPE_TEXT,
  prepare: () => {
    const of = types.among([]);
    return ({ control }) => of(control.context);
  },
});

/** Coordinates of the perturbed genes on the first ten principal components of the training changes (Ahlmann-Eltze 2025). */
export const byLoadings: Description = {
  name: "pca",
  prepare({ genes, conditions }) {
    const { loadings } = exactComponents(changeTable(conditions), { most: COMPONENTS });
    const columnOf = new Map(genes.map((gene, column) => [gene, column]));
    return sumOf((gene) => {
      const column = columnOf.get(gene);
      return column === undefined
        ? null
        : Float32Array.from({ length: loadings.rows }, (_, k) => rowAt(loadings, k)[column]);
    });
  },
};
