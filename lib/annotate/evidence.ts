import { sharedGenes } from "../cell/mod.ts";
import type { ModelCells } from "../genes/mod.ts";
import { dataError } from "../runtime/mod.ts";
import type { Calls, FileReport } from "./types.ts";

/*
 * Cells and files that show too little to be named without a reference. Measured by `deno task panels` with the shipped
 * checkpoint on random panels cut from the seven development sets, up to 200 cells each: of cells with fewer than five known
 * genes that have a value at most one in twelve is named right (the right type, one above or one below it); of those
 * without any, none.
 */

/** Known genes with a value that a cell has to have. */
export const LEAST_GENES = 5;
/** Known genes that a file has to have; and below which it draws a warning. */
const FILE_GENES = { least: 20, few: 1000 };
/** Share of cells named right on panels of so many known genes. */
const RIGHT: readonly (readonly [genes: number, right: number])[] = [
  ...[[20, 0.05], [40, 0.16], [80, 0.23], [160, 0.25], [320, 0.43], [640, 0.55]] as const,
];
/** The same for whole files. */
const RIGHT_WHOLE = 0.68;

/**
 * Genes that a reference and a file have to share; and below which, or below half of the smaller of the two, they draw a
 * warning. Logistic regression on 10 random genes is no better than the most frequent type on three pairs of real
 * sets; 300 reach .8 where all reach .8 to 1.
 */
const SHARED_GENES = { least: 10, few: 300, share: 0.5 };

/**
 * A warning about a file named without a reference, if little is to be expected of it.
 *
 * @throws {KcellfmError} tag "data", when it has too few known genes to name any cell.
 */
export function expectationOf({ name, overlap }: FileReport): string[] {
  const { known } = overlap;
  if (known < FILE_GENES.least) {
    throw dataError(
      `Cannot name the cells of ${name} without a reference: ${known} of its genes are known to the model, at least ` +
        `${FILE_GENES.least} are needed; give a labelled file that was measured on the same genes (--reference)`,
    );
  }
  if (known >= FILE_GENES.few) return [];
  const right = RIGHT.findLast(([genes]) => genes <= known)?.[1] ?? 0;
  const percent = (share: number) => `${Math.round(100 * share)} %`;
  return [
    `Only ${known} of the file's genes are known to the model: on panels of this size cut from seven real sets ` +
    `${percent(right)} of the cells were named right without a reference (${
      percent(RIGHT_WHOLE)
    } on whole files). Use a reference.`,
  ];
}

/**
 * A warning about a reference that shares few genes with a file.
 *
 * @throws {KcellfmError} tag "data", when it shares too few.
 */
export function sharedEvidence(reference: ModelCells, query: ModelCells): string[] {
  const shared = sharedGenes(reference, query).length;
  const [ours, theirs] = [query, reference].map(({ tokenOf }) =>
    new Set(tokenOf.filter((token) => token >= 0)).size
  );
  const numbers =
    `it shares ${shared} genes with ${query.source.name}, of the ${ours} known there and ${theirs} here`;
  if (shared < SHARED_GENES.least) {
    throw dataError(
      `Cannot use the reference ${reference.source.name}: ${numbers}; at least ${SHARED_GENES.least} are needed, ` +
        `give one measured on the same genes`,
    );
  }
  const isFew = shared < SHARED_GENES.few || shared < SHARED_GENES.share * Math.min(ours, theirs);
  return isFew
    ? [
      `The reference rests on few genes: ${numbers}. Its names are less certain than its held-out cells say.`,
    ]
    : [];
}

/** 1 for cells that show too little: fewer known genes with a value than `least`, or mostly those of another species. */
export function blankCells(
  genes: Int32Array,
  { least, foreign }: { least: number; foreign: Uint8Array | null },
): Uint8Array {
  return Uint8Array.from(genes, (count, cell) => Number(count < least || foreign?.[cell] === 1));
}

/** Names in which blank cells are of no type: each is as likely as another, and their novelty is 1. */
export function withoutBlank<T extends Pick<Calls, "confidence" | "novelty">>(
  named: T,
  blank: Uint8Array,
  types: number,
): T {
  const [confidence, novelty] = [named.confidence.slice(), named.novelty.slice()];
  blank.forEach((is, cell) => {
    if (!is) return;
    confidence[cell] = 1 / types;
    novelty[cell] = 1;
  });
  return { ...named, confidence, novelty };
}

/** {@linkcode withoutBlank} with the probabilities of all types. */
export function callsWithoutBlank(calls: Calls, blank: Uint8Array): Calls {
  const width = calls.types.length;
  const probabilities = calls.probabilities.slice();
  blank.forEach((is, cell) => is && probabilities.fill(1 / width, cell * width, (cell + 1) * width));
  return { ...withoutBlank(calls, blank, width), probabilities };
}

/** The sentence about blank cells; none if there are none. */
export function blankNote(blank: Uint8Array, least: number): string[] {
  const cells = blank.reduce((sum, is) => sum + is, 0);
  if (cells === 0) return [];
  return [
    `${cells} ${
      cells === 1 ? "cell has" : "cells have"
    } too little to be named (fewer than ${least} known genes with a value, or ` +
    `more of another species) and ${cells === 1 ? "is" : "are"} unknown.`,
  ];
}
