import { match, strictEqual } from "node:assert/strict";
import { join } from "node:path";
import { ROOT } from "../../lib/runtime/mod.ts";
import { inFolder } from "../folder.ts";

/** Runs `deno task lab` with the permissions of its task. */
async function lab(args: readonly string[], env: Record<string, string> = {}) {
  const { tasks } = JSON.parse(await Deno.readTextFile(join(ROOT, "deno.json")));
  const command = [...tasks.lab.split(" ").slice(1), ...args];
  const run = await new Deno.Command(Deno.execPath(), { args: command, cwd: ROOT, env }).output();
  const [stdout, stderr] = [run.stdout, run.stderr].map((bytes) => new TextDecoder().decode(bytes).trim());
  return { code: run.code, stdout, stderr };
}

Deno.test("lab without JupyterLab says in one line what is missing and how to get it", async () => {
  const { code, stderr } = await lab(["--jupyter", "no-such-jupyter"]);
  strictEqual(code, 2);
  match(stderr, /^error: JupyterLab is not installed \(no "no-such-jupyter lab"\).*pip install jupyterlab/);
  strictEqual(stderr.split("\n").length, 1);
});

Deno.test("lab --install-kernel writes the kernel to the user's Jupyter folder, and needs no JupyterLab", () =>
  inFolder(async (folder) => {
    const { code, stdout } = await lab(["--install-kernel"], { JUPYTER_DATA_DIR: folder });
    strictEqual(code, 0);
    strictEqual(stdout, `wrote ${folder}/kernels/deno`);
    const spec = JSON.parse(await Deno.readTextFile(join(folder, "kernels/deno/kernel.json")));
    strictEqual(spec.argv[0], Deno.execPath());
  }));
