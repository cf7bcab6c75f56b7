/** What a page asks its worker for; each request is answered once, by its number. */
export type Request =
  | { readonly kind: "start"; readonly settings: WorkerSettings }
  | { readonly kind: "read"; readonly files: readonly GivenFile[] }
  | { readonly kind: "readReference"; readonly files: readonly GivenFile[] }
  | { readonly kind: "quick" }
  | { readonly kind: "annotate"; readonly choice: AnnotateChoice }
  | { readonly kind: "map" }
  | { readonly kind: "type"; readonly index: number }
  | { readonly kind: "download"; readonly what: Download };

/** What each request is answered with. */
export interface Answers {
  readonly start: Started;
  readonly read: FileFacts;
  readonly readReference: ReferenceFacts;
  readonly quick: QuickAnswer;
  readonly annotate: Answer;
  readonly map: CellPlaces;
  readonly type: TypeDetails;
  readonly download: { readonly name: string; readonly blob: Blob };
}

/** From the worker: answers, progress, and errors as the one line that a person reads. */
export type Message =
  | { readonly kind: "answer"; readonly id: number; readonly value: unknown }
  | { readonly kind: "failed"; readonly id: number; readonly error: Failure }
  | { readonly kind: "progress"; readonly progress: Progress };

export interface Failure {
  /** The tag of an error that a person can act on; null for a fault of ours. */
  readonly tag: string | null;
  readonly message: string;
}

export interface WorkerSettings {
  /** The address of the folder that the page lies in. */
  readonly base: string;
  /** In place of variables of the environment. */
  readonly env: Readonly<Record<string, string>>;
  readonly workers: number;
}

/** A file that the user dropped, with its path inside a folder that was dropped. */
export interface GivenFile {
  readonly path: string;
  readonly blob: Blob;
}

export interface Progress {
  /** What is under way, such as `Reading kang.h5ad`. */
  readonly what: string;
  readonly done: number;
  readonly total: number;
  readonly unit: "bytes" | "cells";
}

export interface Started {
  /** The backend, why it runs, and how many workers compute, in one line. */
  readonly engine: string;
  readonly model: string;
  readonly types: number;
}

/** What was read of a file, and how it was understood. */
export interface FileFacts {
  readonly name: string;
  readonly cells: number;
  readonly genes: number;
  readonly values: string;
  readonly valuesEvidence: string;
  readonly overlap: string;
  readonly notes: readonly string[];
  readonly memory: string;
}

export interface ReferenceFacts extends FileFacts {
  /** Columns of obs that may hold its labels, the likeliest first. */
  readonly labelKeys: readonly string[];
}

export interface QuickAnswer {
  readonly cells: number;
  readonly total: number;
  readonly types: readonly { readonly name: string; readonly share: number }[];
}

export interface AnnotateChoice {
  readonly labelKey: string | null;
  readonly confidence: number;
}

/** A called type as the list beside the map shows it. */
export interface TypeRow {
  readonly index: number;
  readonly rank: number;
  readonly name: string;
  readonly id: string;
  readonly color: string;
  readonly cells: number;
  readonly share: number;
  readonly confidence: number;
  readonly novelty: number;
}

/** An answer where it has to be sure: a type, a broader term, or unknown. */
export interface SureRow {
  readonly name: string;
  readonly id: string;
  readonly kind: "as called" | "rolled up" | "unknown";
  readonly cells: number;
  readonly share: number;
}

export interface Answer {
  readonly name: string;
  readonly cells: number;
  /** By what they were named, as a clause. */
  readonly how: string;
  readonly seconds: number;
  readonly cards: readonly { readonly label: string; readonly value: string; readonly about: string }[];
  readonly checks: readonly string[];
  readonly types: readonly TypeRow[];
  readonly sure: readonly SureRow[];
  readonly markers: readonly { readonly name: string; readonly genes: readonly string[] }[];
}

/** Cells on a plane: where each is drawn, and what it was called. */
export interface CellPlaces {
  readonly x: Float32Array;
  readonly y: Float32Array;
  /** Index of its type. */
  readonly type: Int32Array;
  readonly confidence: Float32Array;
  /** Of all cells that were named: a sample where there are very many. */
  readonly total: number;
}

/** A type, its cells, and what speaks for it. */
export interface TypeDetails extends TypeRow {
  readonly definition: string | null;
  readonly above: readonly string[];
  readonly synonyms: readonly string[];
  /** Cells by their names, the surest first. */
  readonly surest: readonly { readonly cell: string; readonly confidence: number }[];
  /** What its cells were called next, with the mean probability. */
  readonly next: readonly { readonly name: string; readonly probability: number }[];
  /** Known markers of the type that the file measures: share of its cells and of all others that have them. */
  readonly known: readonly GeneShare[];
  /** Genes that mark its cells in this file. */
  readonly found: readonly GeneShare[];
}

export interface GeneShare {
  readonly gene: string;
  readonly inside: number;
  readonly outside: number;
}

export type Download = "table" | "report" | "h5ad";
