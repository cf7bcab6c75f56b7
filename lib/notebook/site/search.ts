import { createRequire } from "node:module";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import MiniSearch, { type Options } from "minisearch";
import { writeAtomically, writeFileAtomically } from "../../runtime/mod.ts";

/** A part of a chapter under one heading: what the search of the site finds. */
export interface Section {
  readonly id: string;
  /** "01-cell-ontology.html#one-term". */
  readonly href: string;
  readonly chapter: string;
  readonly title: string;
  /** Prose, words of tables, and titles of figures; no code. */
  readonly text: string;
}

const OPTIONS: Options<Section> = {
  fields: ["title", "chapter", "text"],
  storeFields: ["href", "chapter", "title", "text"],
};

/** The field and the list that `search_client.js` fills. */
export const SEARCH_BOX = `<search><input type="search" placeholder="Search" aria-label="Search all chapters">
<p class="small faint" role="status"></p><ol class="found"></ol></search>`;

/** Cuts the cells of a page, as HTML, at their headings. */
export function sectionsOf(page: string, { chapter, html }: { chapter: string; html: string }): Section[] {
  const [, ...parts] = html.split(/<h[1-6] id="([^"]*)">/);
  return Array.from({ length: parts.length / 2 }, (_, k) => {
    const [anchor, body] = parts.slice(2 * k, 2 * k + 2);
    const [title, text] = body.split(/<\/h[1-6]>/, 2).map(wordsOf);
    const href = `${page}.html#${anchor}`;
    return { id: href, href, chapter, title, text };
  });
}

const ENTITIES: Record<string, string> = {
  "&lt;": "<",
  "&gt;": ">",
  "&quot;": '"',
  "&#39;": "'",
  "&amp;": "&",
};

/** The words that a reader sees of HTML, with pictures by their names. */
function wordsOf(html = ""): string {
  return html
    .replaceAll(/<(script|style|math|pre)\b.*?<\/\1>|<span class="clock">.*?<\/span>/gs, " ")
    .replaceAll(/<img alt="([^"]*)"[^>]*>/g, " $1 ")
    .replaceAll(/<[^>]*>/g, " ")
    .replaceAll(/&(?:lt|gt|quot|#39|amp);/g, (entity) => ENTITIES[entity])
    .replaceAll(/\s+/g, " ")
    .trim();
}

/** Writes what the search needs, all of it scripts: a page opened from the disk may load nothing else. */
export async function writeSearch(assets: string, sections: readonly Section[]): Promise<void> {
  const index = new MiniSearch<Section>(OPTIONS);
  index.addAll(sections);
  const script = `window.kcellfmSearch = ${JSON.stringify({ index, options: OPTIONS })};\n`;
  await writeFileAtomically(join(assets, "search_index.js"), script);
  const client = fileURLToPath(new URL("search_client.js", import.meta.url));
  await writeAtomically(join(assets, "search.js"), (path) => Deno.copyFile(client, path));
  await writeAtomically(join(assets, "minisearch.js"), (path) => Deno.copyFile(miniSearchPath(), path));
}

/** The form of minisearch that a page takes without modules, which do not load from the disk. */
function miniSearchPath(): string {
  const entry = createRequire(import.meta.url).resolve("minisearch");
  return join(entry, "../../umd/index.js");
}
