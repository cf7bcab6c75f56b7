import { dirname, join, relative } from "node:path";
import { Command } from "@commander-js/extra-typings";
import { stop } from "esbuild";
import { runCommand } from "../lib/cli/mod.ts";
import { resultsDir, ROOT, writeFolderAtomically } from "../lib/runtime/mod.ts";
import type { Asset, Manifest } from "../web/manifest.ts";
import { readLesson } from "./build_web_lesson.ts";
import { bundleForBrowser } from "./bundle.ts";

/** Modules of the page, by the names of their bundles. */
const ENTRIES = {
  main: "web/main.ts",
  annotator: "web/worker/annotator.ts",
  compute: "web/worker/compute.ts",
};
/** Beside the bundles, as they are. */
const STATIC = ["index.html", "style.css", "icon.svg"];

const KERNELS = ["kernels.wasm", "kernels-relaxed.wasm"].map((name) => `lib/kernels/assembly/${name}`);
const TABLES = [
  ...["lib/genes/cell_cycle.tsv", "lib/genes/markers.tsv", "lib/genes/mouse_exceptions.tsv"],
  ...["lib/ontology/markers.tsv", "lib/ontology/slim/terms.tsv"],
];
const CHECKPOINT = "checkpoints/walkthrough";
const TFJS = "node_modules/@tensorflow/tfjs-backend-wasm/dist";
/** Real cells that the model was not trained on; see data/samples/README.md. */
const EXAMPLE = {
  path: "data/samples/pbmc_donor_a_300.h5ad",
  what: "300 blood cells of a healthy donor (10x Genomics, CC BY 4.0; Zheng et al. 2017)",
};
const TFJS_MODULES = ["tfjs-backend-wasm.wasm", "tfjs-backend-wasm-simd.wasm"];

/** `deno task web:build`: the page that annotates in a browser, as a folder for any static server. */
export const command = new Command("deno task web:build")
  .description("Builds the page that annotates in a browser into a folder for any static server.")
  .option("--out <folder>", "where the page goes (default: data/results/web)")
  .option("--debug", "print the stack of an error")
  .action(async ({ out = join(resultsDir(), "web") }) => {
    await Deno.mkdir(dirname(out), { recursive: true });
    await buildWeb(out);
    console.log(`Written: ${out}; deno task web shows it`);
  });

/** Builds the page into a folder, which is there whole or not at all. */
export const buildWeb = (out: string): Promise<void> => writeFolderAtomically(out, writePage);

async function writePage(folder: string): Promise<void> {
  const bundles = await writeBundles(folder);
  for (const name of STATIC) await Deno.copyFile(join(ROOT, "web", name), join(folder, name));
  const assets = await copyAssets(folder, [...KERNELS, ...TABLES, ...await checkpointFiles()]);
  const [example] = await copyAssets(folder, [EXAMPLE.path]);
  for (const name of TFJS_MODULES) await copyInto(join(folder, "files/tfjs", name), join(ROOT, TFJS, name));
  const files = [...bundles, ...STATIC, "manifest.json", ...await filesBelow(folder, "files")];
  const manifest: Manifest = {
    version: await versionOf(folder, files.filter((name) => name !== "manifest.json")),
    assets,
    kernels: assets.filter(({ path }) => KERNELS.includes(path)),
    example: { ...example, what: EXAMPLE.what },
    lesson: await readLesson(),
  };
  await Deno.writeTextFile(join(folder, "manifest.json"), JSON.stringify(manifest, null, 1) + "\n");
  await writeServiceWorker(folder, { version: manifest.version, files });
}

async function writeBundles(folder: string): Promise<string[]> {
  const { outputFiles } = await bundleForBrowser({
    entryPoints: ENTRIES,
    outdir: folder,
    chunkNames: "[name]-[hash]",
    legalComments: "linked",
  }).finally(() => stop());
  for (const { path, contents } of outputFiles) await Deno.writeFile(path, contents);
  return outputFiles.filter(({ contents }) => contents.length > 0).map(({ path }) => relative(folder, path));
}

async function checkpointFiles(): Promise<string[]> {
  const names = await Array.fromAsync(Deno.readDir(join(ROOT, CHECKPOINT)), ({ name }) => name);
  return names.filter((name) => name !== "metrics.json").sort().map((name) => `${CHECKPOINT}/${name}`);
}

async function copyAssets(folder: string, paths: readonly string[]): Promise<Asset[]> {
  return await Promise.all(paths.map(async (path) => {
    await copyInto(join(folder, "files", path), join(ROOT, path));
    return { path, bytes: (await Deno.stat(join(ROOT, path))).size };
  }));
}

async function copyInto(to: string, from: string): Promise<void> {
  await Deno.mkdir(dirname(to), { recursive: true });
  await Deno.copyFile(from, to);
}

async function filesBelow(root: string, folder: string): Promise<string[]> {
  const found: string[] = [];
  for await (const { name, isDirectory } of Deno.readDir(join(root, folder))) {
    const path = `${folder}/${name}`;
    found.push(...isDirectory ? await filesBelow(root, path) : [path]);
  }
  return found.sort();
}

/** The same for the same files: what tells a browser that the page has changed. */
async function versionOf(folder: string, names: readonly string[]): Promise<string> {
  const hashes = await Promise.all(
    names.toSorted().map(async (name) => {
      const digest = await crypto.subtle.digest("SHA-256", await Deno.readFile(join(folder, name)));
      return `${name} ${new Uint8Array(digest).toHex()}`;
    }),
  );
  const digest = await crypto.subtle.digest("SHA-256", new TextEncoder().encode(hashes.join("\n")));
  return new Uint8Array(digest).toHex().slice(0, 16);
}

async function writeServiceWorker(
  folder: string,
  { version, files }: { version: string; files: readonly string[] },
): Promise<void> {
  const { outputFiles } = await bundleForBrowser({
    entryPoints: { service_worker: "web/service_worker.ts" },
    outdir: folder,
    splitting: false,
    format: "iife",
    define: { VERSION: JSON.stringify(version), FILES: JSON.stringify(files) },
  }).finally(() => stop());
  await Deno.writeFile(join(folder, "service_worker.js"), outputFiles[0].contents);
}

if (import.meta.main) Deno.exit(await runCommand(command, Deno.args));
