/** Closeness of a synonym to the term's name, in the words of OBO. */
export type SynonymScope = "exact" | "broad" | "narrow" | "related";

/** Another label of a term; `abbreviation` marks short forms such as "ILC", which OBO types apart from the scope. */
export interface Synonym {
  readonly text: string;
  readonly scope: SynonymScope;
  readonly abbreviation: boolean;
}

/** One Cell Ontology term. Relations hold ids; all but `partOf` name terms of the same ontology. */
export interface Term {
  readonly id: string;
  readonly name: string;
  readonly definition?: string;
  readonly synonyms: readonly Synonym[];
  /** Direct parents: the asserted ones and the genus of a logical definition. */
  readonly isA: readonly string[];
  readonly developsFrom: readonly string[];
  readonly developsInto: readonly string[];
  /** Cell Ontology or anatomy (UBERON) ids. */
  readonly partOf: readonly string[];
  readonly synapsedTo: readonly string[];
  readonly disjointFrom: readonly string[];
  readonly altIds: readonly string[];
  readonly obsolete: boolean;
  readonly replacedBy: readonly string[];
  /** Human gene symbols; only the embedded slim table has them. */
  readonly markers?: readonly string[];
}

/** By which of a term's labels a free text found it. */
export type LabelKind = "id" | "alt_id" | "name" | "exact synonym" | "abbreviation" | "common label";

/** A label of one term, or null where live terms share it and it means nothing on its own. */
export interface LabelTarget {
  readonly id: string | null;
  readonly how: LabelKind;
}

/** A graph of cell types: immutable, made by {@linkcode createOntology} only, so it has no cycle and no loose ends. */
export interface Ontology {
  /** Release date, or "unknown". */
  readonly version: string;
  /** Source of the terms, for messages and results. */
  readonly source: string;
  /** Every Cell Ontology term by id, obsolete ones included, in file order. */
  readonly terms: ReadonlyMap<string, Term>;
  /** Direct is_a children of every term. */
  readonly children: ReadonlyMap<string, readonly string[]>;
  /** Folded label -> term, for `findTerm`. */
  readonly labels: ReadonlyMap<string, LabelTarget>;
}
