import type { Synonym, SynonymScope } from "./types.ts";

/** Why a line cannot be read; the parser adds the file and the line. */
export class OboProblem extends Error {}

const SCOPES: Readonly<Record<string, SynonymScope>> = {
  EXACT: "exact",
  BROAD: "broad",
  NARROW: "narrow",
  RELATED: "related",
};
/** The synonym types that mean "abbreviation": in releases since 2023, and before. */
const ABBREVIATION = /^(OMO:0003000|abbreviation)$/i;
const QUOTED = /^"((?:[^"\\]|\\.)*)"\s*(.*)$/s;
/** Trailing qualifiers ({source="..."}) and comments (! name) belong to no value. */
const TRAILER = /\s*(\{[^{}]*\})?\s*((?<!\\)!.*)?$/s;

/** OBO 1.4 escapes: \n newline, \t tab, \W space, any other character stands for itself. */
const unescape = (text: string): string =>
  text.replaceAll(/\\(.)/gs, (_, char: string) => ({ n: "\n", t: "\t", W: " " })[char] ?? char);

/** An unquoted value without its trailer. */
export const plainValue = (value: string): string => unescape(value.replace(TRAILER, "").trim());

/** The text between the quotes, and what follows them. */
export function quotedValue(value: string): { text: string; rest: string } {
  const match = QUOTED.exec(value);
  if (match === null) throw new OboProblem(`expected a text in double quotes, found ${excerpt(value)}`);
  return { text: unescape(match[1]), rest: match[2] };
}

/** The first `count` words of a value that holds ids. */
export function idValues(value: string, count: number): string[] {
  const words = plainValue(value).split(/\s+/).filter((word) => word !== "");
  if (words.length < count) {
    throw new OboProblem(`expected ${count === 1 ? "an id" : `${count} ids`}, found ${excerpt(value)}`);
  }
  return words.slice(0, count);
}

/** `"text" SCOPE TYPE [xrefs]`, where the type may be left out. */
export function synonymValue(value: string): Synonym {
  const { text, rest } = quotedValue(value);
  const [scope, type] = rest.split(/\s+/);
  if (!(scope in SCOPES)) {
    throw new OboProblem(
      `expected one of ${Object.keys(SCOPES).join(", ")} after the synonym, found ${excerpt(rest)}`,
    );
  }
  return { text, scope: SCOPES[scope], abbreviation: ABBREVIATION.test(type ?? "") };
}

/** A value short enough for a one-line message. */
export const excerpt = (value: string): string =>
  value === "" ? "nothing" : JSON.stringify(value.length > 60 ? `${value.slice(0, 57)}...` : value);
