import { join } from "node:path";
import { readNotebook } from "../lib/notebook/mod.ts";
import { dataError, ROOT } from "../lib/runtime/mod.ts";
import type { LessonStep } from "../web/manifest.ts";

const CHAPTER = "notebooks/00-tour.ipynb";
/** Headings of chapter 0 that the lesson goes through; each lends its first words. */
const STEPS = [
  "0. A tour in ten minutes",
  "What biologists know: a graph of types",
  "Words become vectors",
  "Cells become vectors, and find their names",
  "Is it right?",
];

/**
 * The lesson of the page: the words with which chapter 0 begins each of five sections.
 *
 * @throws {KcellfmError} tag "data", when the chapter has lost one of the sections.
 */
export async function readLesson(): Promise<LessonStep[]> {
  const { cells } = await readNotebook(join(ROOT, CHAPTER));
  const text = cells.flatMap((cell) => cell.cell_type === "markdown" ? [cell.source] : []).join("\n\n");
  const sections = text.split(/^#{1,2} /m).slice(1);
  return STEPS.map((title) => {
    const section = sections.find((section) => section.startsWith(`${title}\n`));
    if (section === undefined) {
      throw dataError(`Cannot take the lesson from ${CHAPTER}: it has no section "${title}"`);
    }
    const [paragraph] = section.slice(title.length).trim().split(/\n\n/);
    return { title: title.replace(/^\d+\. /, ""), text: plain(paragraph) };
  });
}

/** Markdown as plain text, without a last sentence that announces a figure and with one before a formula ended. */
function plain(markdown: string): string {
  const words = markdown.replaceAll(/\s+/g, " ").replaceAll(/\$([^$]*)\$/g, "$1")
    .replaceAll(/\[([^\]]*)\]\([^)]*\)/g, "$1").replaceAll(/\*\*|`/g, "").trim();
  return words.replace(/ [^.]*:$/, "").replace(/,$/, ".");
}
