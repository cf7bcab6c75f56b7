import { join } from "node:path";
import type { Browser, Page } from "playwright-core";
import { servePage } from "../../lib/cli/web.ts";
import { openCells } from "../../lib/data/mod.ts";
import { buildWeb } from "../../tools/build_web.ts";
import { attempt, type Check } from "../checks.ts";
import { type Scheme, seriousViolations } from "./browser.ts";
import { answersOf, type CommandAnswer, tableByCommand } from "./web_command.ts";
import { type GivenForm, SAMPLE, writeForms, writeRefused } from "./web_files.ts";
import { answerOrLine, giveFiles, mapDrawn, openPage, save, until } from "./web_page.ts";

export interface WebOptions {
  /** Where the page, files and screenshots go. */
  readonly out: string;
  /** Also what takes minutes on a busy machine: naming by a reference. */
  readonly long: boolean;
}

/** What each check works with. */
interface Place {
  readonly out: string;
  readonly browser: Browser;
  /** The page below a path of a server that sends no headers of ours. */
  readonly address: string;
}

/** Builds the page that names cells, and looks at it as a person would: files in, answers out, nothing sent. */
export async function* checkWeb(browser: Browser, { out, long }: WebOptions): AsyncGenerator<Check> {
  await buildWeb(join(out, "web"));
  yield await checkSize(join(out, "web"));
  await using server = servePage(out, { port: 0, withHeaders: false });
  const place = { browser, out, address: `http://127.0.0.1:${server.addr.port}/web/` };
  yield await attempt("the page, from the example to the answer", () => checkExample(place));
  yield await attempt("the page without a network", () => checkOffline(place));
  yield await attempt("the page and the command, answers", () => checkAnswers(place));
  if (long) yield await attempt("the page and the command, a reference", () => checkReference(place));
  yield await attempt("the page and the command, refusals", () => checkRefusals(place));
}

/** Code, packed as servers pack it, in bytes. */
const MOST_CODE = 2.5e6;

async function checkSize(folder: string): Promise<Check> {
  const names = [...Deno.readDirSync(folder)].map(({ name }) => name).filter((name) => name.endsWith(".js"));
  const packed = await Promise.all(names.map((name) => packedSize(join(folder, name))));
  const total = packed.reduce((sum, bytes) => sum + bytes, 0);
  const first = packed[names.indexOf("main.js")];
  const problems = total < MOST_CODE ? [] : [`its code has ${total} bytes, packed`];
  return {
    name: `${(total / 1e6).toFixed(2)} MB of code, ${(first / 1e3).toFixed(0)} KB to begin with`,
    problems,
  };
}

async function packedSize(path: string): Promise<number> {
  const packed = new Blob([await Deno.readFile(path)]).stream().pipeThrough(new CompressionStream("gzip"));
  return (await new Response(packed).arrayBuffer()).byteLength;
}

/** One click names the real cells that come along; all of it by day, then the same page by night. */
async function checkExample({ browser, out, address }: Place): Promise<Check> {
  const { page, context, errors, requests, asked } = await openPage(browser, `${address}?lesson`);
  try {
    await page.screenshot({ path: join(out, "web-empty.png"), fullPage: true });
    const problems = await problemsOf(page, "empty", "light");
    await page.getByRole("button", { name: "Name the example" }).click();
    await page.locator(".quick").waitFor();
    await page.screenshot({ path: join(out, "web-working.png"), fullPage: true });
    if (await answerOrLine(page) !== "answer") problems.push("the example was refused");
    await mapDrawn(page);
    await page.locator("[data-type]").first().press("Enter");
    await page.locator("#details-title").waitFor();
    if (await page.locator("[data-type][aria-pressed=true]").count() !== 1) {
      problems.push("no type is chosen");
    }
    await page.screenshot({ path: join(out, "web-result.png"), fullPage: true });
    for (const scheme of ["light", "dark"] as const) {
      problems.push(...await problemsOf(page, "answer", scheme));
    }
    await page.screenshot({ path: join(out, "web-dark.png"), fullPage: true });
    problems.push(...await phoneProblems(page, out));
    problems.push(...await answerProblems(await save(page, "h5ad", out)));
    problems.push(
      ...errors.map((error) => `console: ${error}`),
      ...requests.map((url) => `it asked for ${url}`),
    );
    problems.push(...asked.filter((line) => !isOwn(line, address)).map((line) => `it asked: ${line}`));
    problems.push(...await refusalOfOthers(page));
    return {
      name: `the example: answer, map, a type, by night, on a phone; ${asked.length} requests, all its own`,
      problems,
    };
  } finally {
    await context.close();
  }
}

const isOwn = (line: string, address: string): boolean =>
  line.startsWith(`GET ${address}`) || line.startsWith("GET blob:");

async function problemsOf(page: Page, state: string, colorScheme: Scheme) {
  await page.emulateMedia({ colorScheme });
  return (await seriousViolations(page)).map((problem) => `${state}, ${colorScheme}: ${problem}`);
}

/** The annotated file holds the cells as they were, and the columns. */
async function answerProblems(path: string): Promise<string[]> {
  const [before, after] = [await openCells(SAMPLE), await openCells(path)];
  const [x, y] = [before.rows(0, before.nObs), after.rows(0, after.nObs)];
  const isSame = (["indptr", "indices", "data"] as const).every((name) =>
    x[name].every((value, i) => value === y[name][i])
  );
  const { columns } = after.obs;
  before.close();
  after.close();
  return [
    ...isSame && x.data.length === y.data.length ? [] : ["X of the annotated file is not that of the file"],
    ...columns.includes("kcellfm_cell_type") ? [] : ["the annotated file has no types"],
  ];
}

/** Nothing of the page can reach another address: not even another port of this machine. */
async function refusalOfOthers(page: Page): Promise<string[]> {
  let reached = 0;
  await using other = Deno.serve({ hostname: "127.0.0.1", port: 0, onListen: () => {} }, () => {
    reached++;
    return new Response("", { headers: { "access-control-allow-origin": "*" } });
  });
  await page.evaluate(`fetch("http://127.0.0.1:${other.addr.port}/").catch(() => null)`);
  return reached === 0 ? [] : ["the page's policy lets it reach another address"];
}

/** Whether the page's service worker has kept what naming the example takes. */
const IS_KEPT =
  "fetch('manifest.json').then((answer) => answer.json()).then(async ({ assets, example }) => " +
  "(await Promise.all([...assets, example].map(({ path }) => caches.match('files/' + path)))).every(Boolean))";

/** Loaded once, it names cells with the network off. */
async function checkOffline({ browser, address }: Place): Promise<Check> {
  const { page, context } = await openPage(browser, address);
  try {
    await until(page, IS_KEPT);
    await context.setOffline(true);
    await page.reload();
    await page.locator("#example").click();
    await page.locator(".quick").waitFor();
    return { name: "loaded once, it works without a network", problems: [] };
  } finally {
    await context.close();
  }
}

/** The open page, as wide as a phone. */
async function phoneProblems(page: Page, out: string): Promise<string[]> {
  await page.emulateMedia({ colorScheme: "light" });
  await page.setViewportSize({ width: 390, height: 844 });
  await until(page, "document.querySelector('#map .main-svg').clientWidth <= innerWidth"); // it is drawn anew
  const wide = await page.evaluate<number>("document.documentElement.scrollWidth - innerWidth");
  await page.screenshot({ path: join(out, "web-phone.png"), fullPage: true });
  return wide > 0 ? [`it is ${wide} pixels wider than a phone`] : [];
}

/** Every form of file gives the table that the command writes of the first, byte for byte. */
const checkAnswers = (place: Place): Promise<Check> =>
  inScratch(async (folder) => {
    const forms = await writeForms(folder);
    const table = await tableByCommand(forms[0].path, folder);
    const problems = await compare(place, forms, forms.map(() => ({ table })));
    return { name: `${forms.length} forms: the page's table is the command's, byte for byte`, problems };
  });

/** A labelled file that is dropped as a reference names the cells as the command's --reference does. */
const checkReference = (place: Place): Promise<Check> =>
  inScratch(async (folder) => {
    const [form] = await writeForms(folder);
    const reference = join(place.out, "pbmc_donor_a_300.annotated.h5ad"); // of the example
    const { page, context } = await openPage(place.browser, place.address);
    try {
      await giveFiles(page, form.files);
      await page.setInputFiles("#reference", reference);
      await page.getByText("named by the reference").or(page.locator(".alert p")).first().waitFor();
      const table = await Deno.readTextFile(await save(page, "table", place.out));
      const flags = ["--reference", reference, "--label-key", await page.locator("#label-key").inputValue()];
      const isSame = table === await tableByCommand(form.path, folder, flags);
      const problems = isSame ? [] : ["the tables differ"];
      return { name: "named by a reference, the page's table is the command's, byte for byte", problems };
    } finally {
      await context.close();
    }
  });

/** What the command refuses, the page refuses in the same words. */
const checkRefusals = (place: Place): Promise<Check> =>
  inScratch(async (folder) => {
    const forms = await writeRefused(folder);
    const answers = await answersOf(forms.map(({ path }) => path), folder);
    const problems = await compare(place, forms, answers);
    const answered = forms.filter((_, i) => "table" in answers[i]).map(({ name }) =>
      `${name} is not refused at all`
    );
    return {
      name: `${forms.length} files are refused in the command's words`,
      problems: [...problems, ...answered],
    };
  });

/** Gives files to one page after each other; what it makes of them must be what was expected. */
async function compare(
  { browser, out, address }: Place,
  forms: readonly GivenForm[],
  expected: readonly CommandAnswer[],
): Promise<string[]> {
  const { page, context } = await openPage(browser, address);
  const problems: string[] = [];
  try {
    for (const [i, { name, files }] of forms.entries()) {
      const given = await giveFiles(page, files);
      const answer = given === "answer"
        ? { table: await Deno.readTextFile(await save(page, "table", out)) }
        : given;
      if (JSON.stringify(answer) === JSON.stringify(expected[i])) continue;
      problems.push(`${name}: the page says ${shortened(answer)}, the command ${shortened(expected[i])}`);
    }
    await page.screenshot({ path: join(out, `web-${forms.at(-1)?.name}.png`), fullPage: true });
    return problems;
  } finally {
    await context.close();
  }
}

const shortened = (answer: CommandAnswer): string => JSON.stringify(answer).slice(0, 300);

async function inScratch<T>(use: (folder: string) => Promise<T>): Promise<T> {
  const folder = await Deno.makeTempDir();
  try {
    return await use(folder);
  } finally {
    await Deno.remove(folder, { recursive: true });
  }
}
