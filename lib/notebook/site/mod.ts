import { basename, join } from "node:path";
import { plotlyPath } from "../../runtime/host/deno/mod.ts";
import { writeAtomically, writeFileAtomically } from "../../runtime/mod.ts";
import { titleOfNotebook, writeNotebook } from "../format.ts";
import type { NotebookRun } from "../runner/run_notebook.ts";
import { coverPicture, type IndexFacts, indexPage } from "./index_page.ts";
import { type Chapter, chapterBody, chapterPage } from "./page.ts";
import { type Section, sectionsOf, writeSearch } from "./search.ts";
import { STYLE } from "./style.ts";

/**
 * Writes notebooks as a small web site that works from the disk with no network: an index, a page for each and an
 * executed copy of each that ran, their pictures, and one copy of plotly.js.
 *
 * @param changed the path of the only notebook whose page is not as it was; default: all are written
 * @returns the path of the index.
 */
export async function writeSite(
  folder: string,
  runs: readonly NotebookRun[],
  { changed, ...facts }: IndexFacts & { readonly changed?: string },
): Promise<string> {
  const chapters = runs.map((run): Chapter => {
    const name = basename(run.path, ".ipynb");
    return { name, title: titleOfNotebook(run.notebook, name), run };
  }).sort((a, b) => a.title.localeCompare(b.title, "en", { numeric: true })); // 6a before 6b, 9 before 10
  if (changed === undefined) {
    const assets = join(folder, "assets");
    await Deno.mkdir(assets, { recursive: true });
    await writeAtomically(join(assets, "plotly.min.js"), (path) => Deno.copyFile(plotlyPath(), path));
    await writeFileAtomically(join(assets, "style.css"), STYLE);
    const sections = await Promise.all(chapters.map((chapter) => writeChapter(folder, chapter, chapters)));
    await writeSearch(assets, sections.flat());
  } else {
    const chapter = chapters.find(({ run }) => run.path === changed);
    if (chapter) await writeChapter(folder, chapter, chapters);
  }
  const index = join(folder, "index.html");
  await writeFileAtomically(index, indexPage(chapters, facts));
  return index;
}

/** @returns what the search finds in it. */
async function writeChapter(
  folder: string,
  chapter: Chapter,
  chapters: readonly Chapter[],
): Promise<Section[]> {
  const { name, title, run } = chapter;
  const body = chapterBody(chapter, new Set(chapters.map((it) => it.name)));
  if (!run.state) await writeNotebook(join(folder, `${name}.ipynb`), run.notebook);
  await writeFileAtomically(join(folder, `${name}.html`), chapterPage(chapter, { chapters, body }));
  const picture = coverPicture(chapter);
  if (picture !== null) await writeFileAtomically(join(folder, "assets", `${name}.svg`), picture);
  return sectionsOf(name, { chapter: title, html: body.html });
}
