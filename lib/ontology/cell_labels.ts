import { type CellSource, requireObsColumn } from "../data/mod.ts";
import { dataError } from "../runtime/mod.ts";
import { findTerm } from "./find.ts";
import { ancestors } from "./graph.ts";
import { foldLabel } from "./labels.ts";
import type { Ontology, Term } from "./types.ts";

/** A cell type as the answer names it; `id` is its Cell Ontology id, or "" where no term is known. */
export interface CellType {
  readonly name: string;
  readonly id: string;
  /** Distinguishes types of the same id, if a file subdivides a term by labels of its own. */
  readonly key?: string;
}

/** The column in which CELLxGENE's schema keeps Cell Ontology ids beside `cell_type`. */
const ID_COLUMN = "cell_type_ontology_term_id";
/** Words by which files say that a cell has no type; reserved by the Cell Annotation Platform's schema, or usual. */
const NO_TYPE = new Set([
  ...[
    "",
    "nan",
    "na",
    "n/a",
    "none",
    "null",
    "-",
    "?",
    "unknown",
    "unassigned",
    "unclassified",
    "undetermined",
  ],
  ...[
    "unlabeled",
    "unlabelled",
    "doublet",
    "doublets",
    "junk",
    "debris",
    "low quality",
    "cell",
    "cells",
    "native cell",
  ],
]);
/** The root of the ontology: "cell". */
const ROOT = "CL:0000000";

/** Labels of cells; null where a cell has none. */
export type CellLabels = readonly (CellType | null)[];

/** Labels of cells, and what a careful reader should know of how they were read. */
export interface LabelColumn {
  readonly labels: CellLabels;
  readonly notes: readonly string[];
}

/**
 * {@linkcode readLabelColumn} without its notes.
 *
 * @throws {KcellfmError} tag "data", when there is no such column or no cell has a label.
 */
export const readLabels = (source: CellSource, key: string, ontology: Ontology): CellLabels =>
  readLabelColumn(source, key, ontology).labels;

/** {@linkcode readLabelColumn}, or null where the column is not there or no cell has a label. */
export function labelsIfAny(source: CellSource, key: string, ontology: Ontology): LabelColumn | null {
  const isThere = source.obs.columns.includes(key) &&
    readLabelTexts(source, key).some((text) => text !== null);
  return isThere ? readLabelColumn(source, key, ontology) : null;
}

/**
 * Reads the labels in obs column `key` as cell types, row by row: by the Cell Ontology id that stands beside the text (when
 * `key` is `cell_type` and the file has `cell_type_ontology_term_id`) and by the term that the text names. Where they
 * differ, the finer of the two counts, or the text where neither lies below the other, which is noted. Texts that name no term and
 * share an id are types of their own. Words such as "unknown" and "doublets" are no types.
 *
 * @throws {KcellfmError} tag "data", when there is no such column or no cell has a label.
 */
export function readLabelColumn(source: CellSource, key: string, ontology: Ontology): LabelColumn {
  const texts = readLabelTexts(source, key);
  const ids = key === "cell_type" && source.obs.columns.includes(ID_COLUMN)
    ? readLabelTexts(source, ID_COLUMN)
    : null;
  const reader = labelReader(texts, ids, ontology);
  const labels = texts.map((text, row) => text === null ? null : reader.read(text, ids?.[row] ?? null));
  if (labels.some((label) => label !== null)) return { labels, notes: reader.notes() };
  throw dataError(
    `Cannot use the labels in obs "${key}" of ${source.name}: no cell has one (words such as "unknown" are none)`,
  );
}

/** Identity of a type: its id, or its folded name if it has no id. */
export const keyOf = ({ id, name, key }: CellType): string => key ?? (id || foldLabel(name));

/** The key of a cell's type; "" where it has none. */
export function keyAt(labels: CellLabels, row: number): string {
  const type = labels[row];
  return type ? keyOf(type) : "";
}

type Text = string | null;

function labelReader(texts: readonly Text[], ids: readonly Text[] | null, ontology: Ontology) {
  const known = new Map<string, Joined>();
  const conflicts = new Map<string, number>();
  const shared = ids ? textsOfIds(texts, ids) : new Map<string, Set<string>>();
  const read = (text: string, id: Text): CellType => {
    const pair = `${text}\t${id ?? ""}`;
    const joined = known.get(pair) ??
      join(text, { id, ontology, isShared: (shared.get(id ?? "")?.size ?? 0) > 1 });
    known.set(pair, joined);
    if (joined.conflict) conflicts.set(joined.conflict, (conflicts.get(joined.conflict) ?? 0) + 1);
    return joined.type;
  };
  return { read, notes: () => noteOf(conflicts) };
}

interface Joined {
  readonly type: CellType;
  /** The contradiction between text and id. */
  readonly conflict?: string;
}

function join(
  text: string,
  { id, ontology, isShared }: { id: Text; ontology: Ontology; isShared: boolean },
): Joined {
  const byText = findTerm(ontology, text)?.term;
  const byId = id === null || id === ROOT ? undefined : findTerm(ontology, id)?.term;
  if (!byId) {
    return { type: { name: text, id: byText?.id ?? (id?.startsWith("CL:") && id !== ROOT ? id : "") } };
  }
  if (!byText) {
    const own = isShared ? { key: `${byId.id} ${foldLabel(text)}` } : {};
    return { type: { name: text, id: byId.id, ...own } };
  }
  if (byText.id === byId.id || isAbove(ontology, byText, byId)) return { type: { name: text, id: byId.id } };
  const type = { name: text, id: byText.id };
  return isAbove(ontology, byId, byText)
    ? { type }
    : { type, conflict: `"${text}" beside ${byId.id} (${byId.name})` };
}

const isAbove = (ontology: Ontology, upper: Term, lower: Term): boolean =>
  ancestors(ontology, lower.id).has(upper.id);

/** The folded texts that stand beside each id. */
function textsOfIds(texts: readonly Text[], ids: readonly Text[]): Map<string, Set<string>> {
  const found = new Map<string, Set<string>>();
  texts.forEach((text, row) => {
    const id = ids[row];
    if (text === null || id === null) return;
    found.set(id, (found.get(id) ?? new Set()).add(foldLabel(text)));
  });
  return found;
}

function noteOf(conflicts: ReadonlyMap<string, number>): string[] {
  if (conflicts.size === 0) return [];
  const cells = [...conflicts.values()].reduce((a, b) => a + b, 0);
  const [first] = conflicts.keys();
  return [
    `The labels of ${cells} cells contradict the ontology ids beside them (such as ${first}): the text was taken.`,
  ];
}

/** A column as text; null for what is missing or says that there is no type. */
/**
 * The texts of a column of labels; null for those that say a cell has no type, such as "unknown".
 *
 * @throws {KcellfmError} tag "data", when there is no such column.
 */
export function readLabelTexts(source: CellSource, key: string): Text[] {
  requireObsColumn(source, key, "Cannot find labels");
  return source.obs.values(key).map((value) => {
    const text = String(value ?? "").trim();
    return NO_TYPE.has(text.toLowerCase()) ? null : text;
  });
}
