import { build, type BuildOptions, type BuildResult, type Plugin } from "esbuild";
import { join, ROOT } from "../lib/runtime/mod.ts";

/** The one file that says which platform runs us, and what it says in a browser. */
const HOST = { from: "./deno/mod.ts", importer: join(ROOT, "lib/runtime/host/mod.ts") };
const BROWSER_HOST = join(ROOT, "lib/runtime/host/browser/mod.ts");

/** The hub's package says which of its files are for browsers in a way that its own list of exports hides. */
const HUB = join(ROOT, "node_modules/@huggingface/hub/dist/browser/index.mjs");

/** Browsers that do not know the name yet (Firefox until 141) get it before any class uses it; esbuild's own helper takes this one, too. */
const DISPOSE = ["dispose", "asyncDispose"].map((name) => `Symbol.${name}??=Symbol.for("Symbol.${name}");`)
  .join("");

/** Takes the browser's host in place of Deno's. */
const browserHost: Plugin = {
  name: "browser host",
  setup({ onResolve }) {
    onResolve(
      { filter: /^\.\/deno\/mod\.ts$/ },
      ({ path, importer }) =>
        path === HOST.from && importer === HOST.importer ? { path: BROWSER_HOST } : undefined,
    );
  },
};

/**
 * Bundles modules for a browser, without shims: a package that needs another platform is an error that names it.
 *
 * @throws {Error} with every import that cannot be resolved.
 */
export function bundleForBrowser(
  options: BuildOptions,
): Promise<BuildResult<{ metafile: true; write: false }>> {
  return build({
    absWorkingDir: ROOT,
    bundle: true,
    charset: "utf8",
    format: "esm",
    logLevel: "silent",
    minify: true,
    outdir: "bundle",
    platform: "browser",
    splitting: true,
    target: ["chrome125", "firefox130", "safari18"],
    banner: { js: DISPOSE },
    alias: { "@huggingface/hub": HUB, lib: join(ROOT, "lib") },
    ...options,
    metafile: true,
    plugins: [browserHost],
    write: false,
  });
}
