import { fileError } from "../runtime/mod.ts";
import { excerpt, OboProblem } from "./obo_value.ts";

/** A tag-value pair and the line it stands on (from 1). */
export interface Tag {
  readonly name: string;
  readonly value: string;
  readonly line: number;
}

/** A frame of the file: the header (kind ""), a Term, a Typedef. */
export interface Stanza {
  readonly kind: string;
  readonly line: number;
  readonly tags: Tag[];
}

const STANZA = /^\[([^\[\]]+)\]\s*$/;
const TAG = /^([^\s:]+):\s*(.*)$/s;

/**
 * Cuts an OBO text into its stanzas; the first is always the header.
 *
 * @throws {KcellfmError} tag "file", for a line that is neither a stanza's head, a tag nor a comment.
 */
export function readStanzas(text: string, source: string): Stanza[] {
  const stanzas: Stanza[] = [{ kind: "", line: 1, tags: [] }];
  const lines = text.replace(/^\uFEFF/, "").split(/\r?\n/);
  for (const [i, line] of lines.entries()) {
    if (line.trim() === "" || line.startsWith("!")) continue;
    atLine({ source, line: i + 1 }, () => {
      if (line.startsWith("[")) stanzas.push({ kind: stanzaKind(line), line: i + 1, tags: [] });
      else stanzas[stanzas.length - 1].tags.push({ ...splitTag(line), line: i + 1 });
    });
  }
  return stanzas;
}

function stanzaKind(line: string): string {
  const match = STANZA.exec(line);
  if (match === null) throw new OboProblem(`expected a stanza such as [Term], found ${excerpt(line)}`);
  return match[1];
}

function splitTag(line: string): { name: string; value: string } {
  const match = TAG.exec(line);
  if (match === null) throw new OboProblem(`expected "tag: value", found ${excerpt(line)}`);
  return { name: match[1], value: match[2] };
}

/** Runs `read`; a problem it meets becomes one error that names the file and the line. */
export function atLine<T>({ source, line }: { source: string; line: number }, read: () => T): T {
  try {
    return read();
  } catch (problem) {
    if (!(problem instanceof OboProblem)) throw problem;
    throw fileError(`Cannot read ${source}: line ${line}: ${problem.message}`);
  }
}
