import { homedir } from "node:os";
import { dirname, join } from "node:path";
import { Command } from "@commander-js/extra-typings";
import { plotlyPath } from "../runtime/host/deno/mod.ts";
import { KERNEL_ENV, kernelFolders } from "../notebook/mod.ts";
import { cacheDir, ROOT, usageError, writeFileAtomically } from "../runtime/mod.ts";
import { interruptSignal, runCommand } from "./run.ts";

/** `deno task lab`: the notebooks in JupyterLab, with a kernel of this very Deno; it installs nothing. */
export const command = new Command("deno task lab")
  .description("Opens the notebooks in JupyterLab.")
  .option("--jupyter <path>", "the jupyter program (default: the one on the PATH)", "jupyter")
  .option("--install-kernel", "only write the kernel to where VS Code and other Jupyter programs look for it")
  .option("--debug", "print the stack of an error")
  .argument("[flags...]", "what JupyterLab itself takes, after --: deno task lab -- --no-browser")
  .action(async (flags, { jupyter, installKernel }) => {
    if (installKernel) return console.log(`wrote ${await writeKernelspec(userJupyterFolder())}/kernels/deno`);
    await requireLab(jupyter);
    const args = [
      "lab",
      `--ServerApp.root_dir=${ROOT}`,
      "--LabApp.default_url=/lab/tree/notebooks",
      // figures find plotly.js at /static/plotly.min.js, with no network
      `--ServerApp.extra_static_paths=["${dirname(plotlyPath())}"]`,
      ...flags,
    ];
    interruptSignal(); // Ctrl-C goes to the server too, which then asks or stops by itself
    const env = { ...kernelFolders(), JUPYTER_PATH: await writeKernelspec(join(cacheDir(), "jupyter")) };
    const server = new Deno.Command(jupyter, { args, env, stdin: "inherit" }).spawn();
    endWithUs(server);
    const { code } = await server.status;
    if (code !== 0) throw usageError(`JupyterLab ended with code ${code}`);
  });

/** Folder in which Jupyter programs look for a user's kernels, by system. */
function userJupyterFolder(): string {
  const named = Deno.env.get("JUPYTER_DATA_DIR");
  if (named) return named;
  if (Deno.build.os === "windows") return join(Deno.env.get("APPDATA") ?? homedir(), "jupyter");
  return join(homedir(), Deno.build.os === "darwin" ? "Library/Jupyter" : ".local/share/jupyter");
}

/** A server that outlived this task would hold its port, and kernels their memory. */
function endWithUs(server: Deno.ChildProcess): void {
  if (Deno.build.os !== "windows") Deno.addSignalListener("SIGTERM", () => server.kill("SIGTERM"));
}

async function requireLab(jupyter: string): Promise<void> {
  const missing = () =>
    usageError(
      `JupyterLab is not installed (no "${jupyter} lab"); get it with: pip install jupyterlab, then run this again. ` +
        "To only run and read the notebooks, deno task walkthrough needs nothing.",
    );
  try {
    const { success } = await new Deno.Command(jupyter, { args: ["lab", "--version"], stderr: "null" })
      .output();
    if (!success) throw missing();
  } catch (error) {
    throw error instanceof Deno.errors.NotFound ? missing() : error;
  }
}

/**
 * Writes the kernelspec "deno" of this Deno under `folder`.
 *
 * @returns the folder, for `JUPYTER_PATH`.
 */
export async function writeKernelspec(folder: string): Promise<string> {
  const place = join(folder, "kernels/deno");
  await Deno.mkdir(place, { recursive: true });
  const spec = {
    argv: [Deno.execPath(), "jupyter", "--kernel", "--conn", "{connection_file}"],
    display_name: "Deno (KCellFM)",
    language: "typescript",
    // this kernel takes no notice of an interrupt by message; lib/notebook/interrupt.ts hears the signal
    interrupt_mode: "signal",
    env: KERNEL_ENV,
  };
  await writeFileAtomically(join(place, "kernel.json"), JSON.stringify(spec, null, 2) + "\n");
  return folder;
}

if (import.meta.main) Deno.exit(await runCommand(command, Deno.args));
