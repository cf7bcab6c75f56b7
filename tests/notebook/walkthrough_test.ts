import { deepStrictEqual, match, strictEqual } from "node:assert/strict";
import { join } from "node:path";
import { writeKernelspec } from "../../lib/cli/lab.ts";
import { ROOT } from "../../lib/runtime/paths.ts";

/** Runs `deno task walkthrough` on the fixtures, with the permissions of its task in deno.json. */
async function walkthrough(only: string, ...more: string[]) {
  const out = await Deno.makeTempDir();
  try {
    return await walkthroughInto(out, only, ...more);
  } finally {
    await Deno.remove(out, { recursive: true });
  }
}

async function walkthroughInto(out: string, only: string, ...more: string[]) {
  const tasks = JSON.parse(await Deno.readTextFile(join(ROOT, "deno.json"))).tasks;
  const flags = [...tasks.walkthrough.split(" ").slice(1), "--notebooks", "tests/fixtures/notebook"];
  const args = [...flags, "--only", only, "--out", out, ...more];
  const env = { NO_COLOR: "1", KCELLFM_RESULTS: join(out, "none") };
  const run = await new Deno.Command(Deno.execPath(), { args, cwd: ROOT, env }).output();
  const [stdout, stderr] = [run.stdout, run.stderr].map((bytes) => new TextDecoder().decode(bytes));
  const files = [...Deno.readDirSync(out)].map(({ name }) => name).sort();
  return { code: run.code, stdout, stderr, files };
}

Deno.test("walkthrough ends 0 and leaves an index, a page and an executed copy", async () => {
  const { code, stdout, files } = await walkthrough("01");
  strictEqual(code, 0);
  match(stdout, /^ok {5}01-success\.ipynb {2}5 cells, /m);
  deepStrictEqual(files, ["01-success.html", "01-success.ipynb", "assets", "index.html"]);
});

Deno.test("walkthrough ends 1 when a cell fails, names notebook and cell, and still writes the pages", async () => {
  const { code, stdout, stderr, files } = await walkthrough("02,03");
  strictEqual(code, 1);
  match(stdout, /02-failing-cell\.ipynb, cell 2: RangeError: no type named B cell/);
  match(stdout, /03-missing-output\.ipynb, cell 2: it calls show\(\) but has no output/);
  strictEqual(
    stderr.trim(),
    "error: 2 of 2 notebooks failed: 02-failing-cell.ipynb cell 2, 03-missing-output.ipynb cell 2",
  );
  strictEqual(files.includes("02-failing-cell.html"), true);
});

Deno.test("walkthrough runs again only what has changed, unless --all", async () => {
  const out = await Deno.makeTempDir();
  const [first, again, all] = [
    await walkthroughInto(out, "01"),
    await walkthroughInto(out, "01"),
    await walkthroughInto(out, "01", "--all"),
  ];
  match(first.stdout, /^ok {5}01-success/m);
  match(again.stdout, /^same {3}01-success\.ipynb {2}nothing has changed since it ran/m);
  strictEqual(/^ok /m.test(again.stdout), false);
  match(all.stdout, /^ok {5}01-success/m);
  deepStrictEqual([first.code, again.code, all.code], [0, 0, 0]);
  deepStrictEqual(again.files, first.files);
  match(await Deno.readTextFile(join(out, "index.html")), /all 1 notebooks ran through/);
  await Deno.remove(out, { recursive: true });
});

Deno.test("walkthrough ends 2 when no notebook has that name", async () => {
  const { code, stderr } = await walkthrough("99");
  strictEqual(code, 2);
  match(stderr, /starts with 99 \(there are: 01-success\.ipynb, /);
});

Deno.test("writeKernelspec names this Deno and asks for interrupts by signal", async () => {
  const folder = await Deno.makeTempDir();
  await writeKernelspec(folder);
  const spec = JSON.parse(await Deno.readTextFile(join(folder, "kernels/deno/kernel.json")));
  deepStrictEqual(spec.argv, [Deno.execPath(), "jupyter", "--kernel", "--conn", "{connection_file}"]);
  strictEqual(spec.interrupt_mode, "signal");
  strictEqual(spec.env.NO_COLOR, "1");
  await Deno.remove(folder, { recursive: true });
});
