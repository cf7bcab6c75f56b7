import { join } from "node:path";
import { Command } from "@commander-js/extra-typings";
import type { Browser } from "playwright-core";
import { integer } from "../../lib/cli/flags.ts";
import { runCommand } from "../../lib/cli/run.ts";
import { kernelEnv } from "../../lib/notebook/settings.ts";
import { dataError, resultsDir, ROOT } from "../../lib/runtime/mod.ts";
import { withBrowser } from "./browser.ts";
import { type Check, report } from "../checks.ts";
import { findChromium, findScripts, python } from "../programs.ts";
import { checkLab } from "./lab.ts";
import { checkSite } from "./site.ts";
import { checkWeb } from "./web.ts";

/** `deno task browser`: the site, the page that names cells and the notebooks, as a person's browser shows them. */
const command = new Command("deno task browser")
  .description(
    "Looks in a real browser at the site, at the page that names cells, and at every figure of the notebooks.",
  )
  .option("--site <folder>", "the site that deno task walkthrough wrote (default: data/results/walkthrough)")
  .option("--notebooks <prefixes>", "notebooks to run in JupyterLab", "00,01")
  .option("--preset <name>", "size of the model in these: nano, walkthrough or paper", "walkthrough")
  .option("--timeout <seconds>", "the longest that one of these may take", integer({ min: 1 }), 600)
  .option("--only <suite>", "site, web or lab alone")
  .option("--long", "also check on the page what takes minutes: naming by a reference")
  .option("--debug", "print the stack of an error")
  .action(async (options) => {
    const chromium = await findChromium();
    if (chromium === null) {
      return console.log("skipped: no Chromium (looked for on the PATH; KCELLFM_CHROMIUM names another)");
    }
    await Deno.mkdir(OUT, { recursive: true });
    const checks = await withBrowser(chromium, (browser) => Array.fromAsync(suites(browser, options), shown));
    const failed = checks.filter(({ problems }) => problems.length > 0).length;
    if (checks.length === 0) return;
    console.log(`${checks.length - failed} of ${checks.length} checks passed; screenshots in ${OUT}`);
    if (failed > 0) {
      throw dataError(`${failed} of ${checks.length} checks failed in the browser, listed above`);
    }
  });

/** Below the repository: JupyterLab's kernels run there and look for its deno.json. */
const OUT = join(ROOT, "data/results/browser");

interface SuiteOptions {
  readonly site?: string;
  readonly notebooks: string;
  readonly preset: string;
  readonly timeout: number;
  readonly only?: string;
  readonly long?: boolean;
}

async function* suites(browser: Browser, options: SuiteOptions): AsyncGenerator<Check> {
  const { site = join(resultsDir(), "walkthrough"), notebooks, preset, timeout, only, long = false } =
    options;
  if (only === undefined || only === "web") yield* checkWeb(browser, { out: OUT, long });
  if (only === undefined || only === "site") yield* siteSuite(browser, site);
  if (only !== undefined && only !== "lab") return;
  const scripts = await findScripts("jupyterlab");
  if (scripts === null) {
    return console.log(`skipped: JupyterLab (${python()} has none; KCELLFM_PYTHON names another)`);
  }
  const env = kernelEnv({ preset, seed: 42 });
  const jupyter = join(scripts, "jupyter");
  yield* checkLab(browser, {
    jupyter,
    env,
    timeout,
    out: OUT,
    executed: site,
    notebooks: notebooks.split(","),
  });
}

async function* siteSuite(browser: Browser, site: string): AsyncGenerator<Check> {
  const there = await Deno.stat(join(site, "index.html")).then(() => true, () => false);
  if (!there) return console.log(`skipped: the site (none in ${site}; deno task walkthrough writes one)`);
  yield* checkSite(browser, { site, out: OUT });
}

function shown(check: Check): Check {
  report(check);
  return check;
}

if (import.meta.main) Deno.exit(await runCommand(command, Deno.args));
