import type { CellSource } from "../data/mod.ts";
import { findTerm } from "./find.ts";
import { foldLabel } from "./labels.ts";
import type { Ontology } from "./types.ts";
import { dataError } from "../runtime/mod.ts";

/** A cell type as the answer names it; `id` is its Cell Ontology id, or "" where no term is known. */
export interface CellType {
  readonly name: string;
  readonly id: string;
}

/** The column in which CELLxGENE's schema keeps Cell Ontology ids beside `cell_type`. */
const ID_COLUMN = "cell_type_ontology_term_id";

/** Labels of cells; null where a cell has none. */
export type CellLabels = readonly (CellType | null)[];

/**
 * Reads the labels in obs column `key` as cell types. A label gets the Cell Ontology id that stands beside it (when
 * `key` is `cell_type` and the file has `cell_type_ontology_term_id`), else the term it names; a label that names
 * no term is kept without an id.
 *
 * @throws {KcellfmError} tag "data", when there is no such column or no cell has a label.
 */
export function readLabels(source: CellSource, key: string, ontology: Ontology): CellLabels {
  const texts = readColumn(source, key);
  const ids = key === "cell_type" && source.obs.columns.includes(ID_COLUMN)
    ? readColumn(source, ID_COLUMN)
    : null;
  const known = new Map<string, CellType>();
  const labels = texts.map((text, row) => {
    if (text === null) return null;
    const type = known.get(text) ?? toCellType(text, { id: ids?.[row] ?? null, ontology });
    known.set(text, type);
    return type;
  });
  if (known.size > 0) return labels;
  throw dataError(`Cannot use the labels in obs "${key}" of ${source.name}: no cell has one`);
}

/** What makes two types the same: the id, or the folded name where there is no id. */
export const keyOf = ({ id, name }: CellType): string => id || foldLabel(name);

/** The key of a cell's type; "" where it has none. */
export function keyAt(labels: CellLabels, row: number): string {
  const type = labels[row];
  return type ? keyOf(type) : "";
}

function toCellType(text: string, { id, ontology }: { id: string | null; ontology: Ontology }): CellType {
  const found = findTerm(ontology, id ?? text) ?? findTerm(ontology, text);
  return { name: text, id: found?.term.id ?? (id?.startsWith("CL:") ? id : "") };
}

/** A column as text; null for what is missing. */
function readColumn(source: CellSource, key: string): (string | null)[] {
  if (!source.obs.columns.includes(key)) {
    const known = source.obs.columns.join(", ") || "none";
    throw dataError(
      `Cannot find labels: obs of ${source.name} has no column "${key}" (its columns: ${known})`,
    );
  }
  return source.obs.values(key).map((value) => {
    const text = String(value ?? "").trim();
    return text === "" || text.toLowerCase() === "nan" ? null : text;
  });
}
