import { basename, join } from "node:path";
import { pathToFileURL } from "node:url";
import type { Browser, Page } from "playwright-core";
import { readNotebook } from "../../lib/notebook/format.ts";
import { figureProblem, type FigureState, type Scheme, seriousViolations, watchedPage } from "./browser.ts";
import { attempt, type Check } from "../checks.ts";

export interface SiteOptions {
  /** The folder that `deno task walkthrough` wrote. */
  readonly site: string;
  /** Where screenshots go. */
  readonly out: string;
}

/** The largest page or notebook, in bytes: code hosts and editors stop at about this. */
const PAGE_LIMIT = 5e6;
const OUTPUT_LIMIT = 2e6;
const SCHEMES: readonly Scheme[] = ["light", "dark"];

/** Opens every page of the site from the disk, by day and by night, with the network off. */
export async function* checkSite(browser: Browser, options: SiteOptions): AsyncGenerator<Check> {
  const files = [...Deno.readDirSync(options.site)].map(({ name }) => name).sort();
  yield await checkSizes(options.site, files.filter((name) => /\.(html|ipynb)$/.test(name)));
  for (const name of files.filter((name) => name.endsWith(".html"))) {
    // both at once: they are two processes, and machines have two cores
    yield* await Promise.all(
      SCHEMES.map((scheme) =>
        attempt(`${name}, ${scheme}`, () => checkPage(browser, { ...options, name, scheme }))
      ),
    );
  }
  yield await attempt("search", () => checkSearch(browser, options));
}

async function checkSizes(site: string, names: readonly string[]): Promise<Check> {
  const files = await Promise.all(
    names.map(async (name) => ({ name, bytes: (await Deno.stat(join(site, name))).size })),
  );
  const notebooks = names.filter((name) => name.endsWith(".ipynb"));
  const outputs = (await Promise.all(notebooks.map((name) => outputSizes(site, name)))).flat();
  const problems = [
    ...files.filter(({ bytes }) => bytes > PAGE_LIMIT),
    ...outputs.filter(({ bytes }) => bytes > OUTPUT_LIMIT),
  ].map(({ name, bytes }) => `${name} has ${megabytes(bytes)}`);
  const [file, output] = [files, outputs].map((list) =>
    megabytes(Math.max(0, ...list.map((it) => it.bytes)))
  );
  return {
    name: `${names.length} files of at most ${file}, ${outputs.length} outputs of at most ${output}`,
    problems,
  };
}

async function outputSizes(site: string, name: string): Promise<{ name: string; bytes: number }[]> {
  const { cells } = await readNotebook(join(site, name));
  const outputs = cells.flatMap((cell) => cell.cell_type === "code" ? cell.outputs : []);
  return outputs.map((output, k) => ({
    name: `${name}, output ${k + 1}`,
    bytes: new TextEncoder().encode(JSON.stringify(output)).length,
  }));
}

const megabytes = (bytes: number) => `${(bytes / 1e6).toFixed(1)} MB`;

async function checkPage(
  browser: Browser,
  { site, out, name, scheme }: SiteOptions & { name: string; scheme: Scheme },
): Promise<Check> {
  const context = await offlineContext(browser, scheme);
  try {
    const { page, errors, requests } = await watchedPage(context, ({ protocol }) => protocol === "file:");
    await page.goto(pathToFileURL(join(site, name)).href);
    await page.waitForFunction("kcellfmInspect.drawn()").catch(() => {});
    const figures = await page.evaluate<FigureState[]>("kcellfmInspect.figures()");
    const problems = [
      ...figures.map(figureProblem).filter((problem) => problem !== null),
      ...errors.map((error) => `console: ${error}`),
      ...requests.map((url) => `it asked the network for ${url}`),
      ...await brokenLinks(page),
      ...await seriousViolations(page),
    ];
    await page.screenshot({
      path: join(out, `site-${basename(name, ".html")}-${scheme}.png`),
      fullPage: true,
    });
    problems.push(...await printProblems(page, figures.length));
    return { name: `${name}, ${scheme}: ${figures.length} figures`, problems };
  } finally {
    await context.close();
  }
}

/** On paper each figure is its static picture: one drawn by night would be light words on white. */
async function printProblems(page: Page, figures: number): Promise<string[]> {
  await page.emulateMedia({ media: "print" });
  const pictures = await page.evaluate<number>("kcellfmInspect.pictures(document)");
  return pictures === figures ? [] : [`${pictures} of ${figures} figures would be printed`];
}

const offlineContext = (browser: Browser, colorScheme: Scheme) =>
  browser.newContext({ offline: true, colorScheme, viewport: { width: 1280, height: 900 } });

/** Links to pages and parts of pages that are not there. */
async function brokenLinks(page: Page): Promise<string[]> {
  const links = await page.locator("a[href]").evaluateAll((found) =>
    found.map((link) => (link as unknown as { href: string }).href)
  );
  const local = [...new Set(links)].filter((href) => href.startsWith("file:"));
  const broken = await Promise.all(
    local.map(async (href) => await leads(href) ? [] : [`broken link ${href}`]),
  );
  return broken.flat();
}

/** Whether a file is there, and the part of it that the link names. */
async function leads(href: string): Promise<boolean> {
  const url = new URL(href);
  const anchor = decodeURIComponent(url.hash.slice(1));
  try {
    return (await Deno.readTextFile(new URL(url.pathname, url))).includes(anchor && `id="${anchor}"`);
  } catch {
    return false;
  }
}

/** Types into the search field of the first page, follows what it finds, and lands on that part of a chapter. */
async function checkSearch(browser: Browser, { site, out }: SiteOptions): Promise<Check> {
  const context = await offlineContext(browser, "light");
  try {
    const { page } = await watchedPage(context, ({ protocol }) => protocol === "file:");
    await page.goto(pathToFileURL(join(site, "index.html")).href);
    await page.getByRole("searchbox").fill("ontology");
    const found = page.locator(".found a");
    await found.first().waitFor();
    const count = await found.count();
    await page.screenshot({ path: join(out, "site-search.png") });
    await found.first().click();
    await page.locator("main h1").first().waitFor();
    const landed = basename(new URL(page.url()).pathname);
    const problems = landed === "index.html" ? ["a search result leads to no chapter"] : [];
    return { name: `search: "ontology" is found ${count} times, the first in ${landed}`, problems };
  } finally {
    await context.close();
  }
}
