import { deepStrictEqual, match, ok, rejects } from "node:assert/strict";
import { gzipSync } from "node:zlib";
import { stop } from "esbuild";
import { bundleForBrowser } from "tools/bundle.ts";
import { CORE } from "tools/check_platform.ts";
import { ROOT } from "../../lib/runtime/mod.ts";

/** Doors beside those of the rooms themselves. */
const INNER = ["annotate/report", "data/fetch", "data/tensors"];

/** The bundle of a module of these lines. */
const bundle = (lines: readonly string[]) =>
  bundleForBrowser({ stdin: { contents: lines.join("\n"), resolveDir: ROOT } }).finally(() => stop());

Deno.test("the rooms up to annotate bundle for a browser, without native packages and without shims", async () => {
  const doors = [...CORE, ...INNER].map((room, i) => `export * as room${i} from "lib/${room}/mod.ts";`);
  const { outputFiles, metafile, warnings } = await bundle(doors);
  deepStrictEqual(warnings, []);
  const inputs = Object.keys(metafile.inputs);
  ok(inputs.some((path) => path.endsWith("host/browser/mod.ts")));
  deepStrictEqual(inputs.filter((path) => /host\/deno\/|\.node$|nodejs-polars|jsdom|zeromq/.test(path)), []);
  const text = outputFiles.map((file) => file.text).join("");
  deepStrictEqual(text.match(/\bDeno\.\w+|["']node:\w+/g), null);
  const packed = outputFiles.reduce((sum, { contents }) => sum + gzipSync(contents).length, 0);
  console.log(`the core is ${(packed / 1e6).toFixed(2)} MB gzip in ${outputFiles.length} files`);
  ok(packed < 2.5e6, `${packed} bytes`);
});

Deno.test("bundleForBrowser names a package that needs another platform", async () => {
  await rejects(bundle(['import "node:fs";', 'import "zeromq";']), (error) => {
    match(String(error), /Could not resolve "node:fs"|Could not resolve "fs"/);
    return true;
  });
});
