import assert from "node:assert/strict";
import { join } from "node:path";
import { listDatasets } from "../../lib/data/fetch/mod.ts";
import { ROOT } from "../../lib/runtime/mod.ts";
import { inFolder } from "../folder.ts";

const { tasks }: { tasks: Record<string, string> } = JSON.parse(
  Deno.readTextFileSync(join(ROOT, "deno.json")),
);
const security = Deno.readTextFileSync(join(ROOT, "docs/SECURITY.md"));

const flagsOf = (task: string): string[] => tasks[task].split(" ").filter((word) => word.startsWith("--"));
const hostsOf = (task: string): string[] =>
  flagsOf(task).flatMap((flag) =>
    flag.startsWith("--allow-net=") ? flag.slice("--allow-net=".length).split(",") : []
  );

/** Tasks that fetch: they may go to the hosts of the registry and of the model hub, and nowhere else. */
const FETCHING = ["data", "text", "perturb"];

Deno.test("no task asks back for permissions, and none has all of a kind that matters", () => {
  for (const task of Object.keys(tasks)) {
    const flags = flagsOf(task);
    assert.ok(flags.includes("--no-prompt"), task);
    assert.ok(!flags.includes("--allow-all") && !flags.includes("-A"), task);
    assert.ok(!flags.includes("--allow-net"), `${task} may go anywhere on the network`);
  }
});

/** Tasks that train or annotate. */
const WORKING = [
  ...["annotate", "pretrain", "finetune", "tcell", "spatial", "cell-cycle", "novel", "atlas", "checkpoint"],
];

Deno.test("tasks that train or annotate have no network, and run no other program", () => {
  for (const task of WORKING) {
    const granted = flagsOf(task).filter((flag) => /^--allow-(net|run|import)/.test(flag));
    assert.deepEqual(granted, [], task);
  }
});

Deno.test("code that runs as a training task reaches neither network nor programs", async () => {
  for (const flags of new Set(WORKING.map((task) => flagsOf(task).join(" ")))) {
    const said = await runWith(flags.split(" "), "tests/cli/reach_child.ts");
    assert.deepEqual(
      said.stdout.trim().split("\n").map((line) => line.split(": ")[1]),
      Array(4).fill("denied"),
      flags,
    );
  }
});

/** Runs a script with these permissions. */
async function runWith(flags: readonly string[], script: string, ...args: string[]) {
  const { code, stdout, stderr } = await new Deno.Command(Deno.execPath(), {
    args: ["run", ...flags, "--no-check", join(ROOT, script), ...args],
    cwd: ROOT,
    env: { NO_COLOR: "1", KCELLFM_MIRROR: "" },
  }).output();
  const decoder = new TextDecoder();
  return { code, stdout: decoder.decode(stdout), stderr: decoder.decode(stderr) };
}

Deno.test("tasks go to no host but those of the registry, the model hub and this machine", () => {
  const hub = ["*.huggingface.co", "*.hf.co"];
  const redirected = ["github.com", "*.githubusercontent.com"]; // where the ontology's permanent address leads
  const registry = listDatasets().flatMap(({ url }) => url === undefined ? [] : [new URL(url).hostname]);
  const known = new Set([...registry, ...hub, ...redirected, "127.0.0.1"]);
  for (const task of Object.keys(tasks)) {
    const hosts = hostsOf(task);
    assert.deepEqual(hosts.filter((host) => !known.has(host)), [], task);
    if (!FETCHING.includes(task)) assert.deepEqual(hosts.filter((host) => host !== "127.0.0.1"), [], task);
  }
  const allowed = hostsOf("data");
  const isAllowed = (host: string) =>
    allowed.some((name) => name === host || name.startsWith("*.") && host.endsWith(name.slice(1)));
  assert.deepEqual(registry.filter((host) => !isAllowed(host)), []);
});

Deno.test("SECURITY.md has a line for every task, with its permissions", () => {
  for (const task of Object.keys(tasks)) {
    const row = security.split("\n").find((line) => line.startsWith(`| \`${task}\` |`));
    assert.ok(row, `docs/SECURITY.md has no line for ${task}`);
    const kinds = flagsOf(task).flatMap((flag) => /^--allow-(\w+)/.exec(flag)?.[1] ?? []);
    const said = row.split("|")[2].split(",").map((word) => word.trim().split(" ")[0]);
    assert.deepEqual(said.sort(), kinds.sort(), task);
  }
});

const without = (task: string, kind: string): string[] =>
  flagsOf(task).filter((flag) => !flag.startsWith(`--allow-${kind}`));
const scriptOf = (task: string): string => tasks[task].split(" ").at(-1)!;

Deno.test("a task that may not write, or has no network, fails in one line that says so", () =>
  inFolder(async (folder) => {
    const tries = [
      ["results", "write", ["--out", join(folder, "tables.md")]],
      ["data", "net", ["fetch", "cl-simple-2026-03-26", "--out", folder]],
    ] as const;
    for (const [task, kind, args] of tries) {
      const { code, stderr } = await runWith(without(task, kind), scriptOf(task), ...args);
      const lines = stderr.trim().split("\n");
      assert.deepEqual([code, lines.length], [1, 1], stderr);
      assert.match(lines[0], new RegExp(`^error: .*Requires ${kind} access to `), `${task} without ${kind}`);
    }
  }));

Deno.test("a task without what it or its libraries need to start names it and writes nothing", () =>
  inFolder(async (folder) => {
    for (const kind of ["read", "env"]) {
      const out = join(folder, "named.h5ad");
      const { code, stderr } = await runWith(
        without("annotate", kind),
        scriptOf("annotate"),
        ...`x.h5ad --out ${out}`.split(" "),
      );
      assert.equal(code, 1);
      assert.match(stderr, new RegExp(`Requires ${kind} access`), kind);
      assert.deepEqual([...Deno.readDirSync(folder)], []);
    }
  }));

/** Commands of a task that may fetch which need nothing from the network. */
const GIVING_BACK = {
  predict: ["predict", "cells.h5ad", "--model", "nowhere", "--genes", "A", "--out", "predicted.h5ad"],
  rank: ["rank", "--model", "nowhere", "--effect", "A"],
};

Deno.test("commands that ask a saved model give the network back before they read it, as SECURITY.md says", async () => {
  const kinds = flagsOf("perturb").flatMap((flag) => /^--allow-(\w+)/.exec(flag)?.[1] ?? []);
  for (const [name, args] of Object.entries(GIVING_BACK)) {
    const row = security.split("\n").find((line) => line.startsWith(`| \`perturb ${name}\` |`));
    assert.ok(row, `docs/SECURITY.md has no line for perturb ${name}`);
    const said = row.split("|")[2].split(",").map((word) => word.trim());
    assert.deepEqual(said.sort(), kinds.filter((kind) => kind !== "net").sort());
    const { stdout } = await runWith(flagsOf("perturb"), "tests/cli/give_back_child.ts", ...args);
    assert.equal(stdout.trim().split("\n").at(-1), "granted, prompt, denied, exit 1", name);
  }
});
