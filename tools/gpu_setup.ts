import { Command } from "@commander-js/extra-typings";
import { backendError, messageOf, statOrNull, usageError, vendorDir } from "../lib/runtime/mod.ts";
import { oneOf, runCommand } from "../lib/cli/mod.ts";
import { checkTensorflow } from "./gpu_setup_check.ts";
import { findPython, tensorflowAt, type TensorflowLibrary, tensorflowOfPython } from "./gpu_setup_find.ts";
import { buildInto, downloadInto, PACKAGES } from "./gpu_setup_install.ts";

/** `deno task gpu:setup`: TensorFlow for the backend of that name, into a folder of its own. */
export const command = new Command("deno task gpu:setup")
  .description(
    "Installs TensorFlow for the backend of that name, or builds its addon for a TensorFlow that is here.",
  )
  .exitOverride()
  .configureOutput({ outputError: () => {} })
  .option(
    "--package <name>",
    `which package, ${PACKAGES.join(" or ")}`,
    oneOf(PACKAGES),
    "tfjs-node-gpu" as const,
  )
  .option("--libtensorflow <path>", "build for this TensorFlow: a folder with include and lib")
  .option("--python <path>", "build for the tensorflow package of this Python")
  .option("--debug", "print the stack of an error")
  .action(async ({ package: name, libtensorflow, python }) => {
    if (libtensorflow && python) {
      throw usageError("Cannot take TensorFlow from two places: give --libtensorflow or --python");
    }
    const chosen = libtensorflow
      ? tensorflowAt(libtensorflow)
      : python
      ? await tensorflowOfPython(python)
      : null;
    if (!chosen && await isInstalled()) return;
    const stage = `${vendorDir()}.tmp`; // a killed setup leaves it, and the next one starts over
    await removeFolder(stage);
    try {
      if (chosen) await build(stage, { name, library: chosen });
      else await downloadOrBuild(stage, name);
      await report(stage);
      await removeFolder(vendorDir());
      await Deno.rename(stage, vendorDir());
    } finally {
      await removeFolder(stage);
    }
    console.log(
      `Installed in ${vendorDir()}; where it has a GPU every task starts on it, else KCELLFM_BACKEND=tensorflow asks for it`,
    );
  });

/** Whether an earlier setup still works, which is then said. */
async function isInstalled(): Promise<boolean> {
  if (!statOrNull(vendorDir())) return false;
  try {
    await report(vendorDir());
  } catch (error) {
    console.log(`What is in ${vendorDir()} does not work and is replaced: ${messageOf(error)}`);
    return false;
  }
  console.log(`Installed already in ${vendorDir()}; remove it, or name a TensorFlow, to install anew`);
  return true;
}

async function downloadOrBuild(stage: string, name: typeof PACKAGES[number]): Promise<void> {
  console.log(`Downloading ${name} with TensorFlow ...`);
  const failure = await downloadInto(stage, name);
  if (failure === null) return;
  console.log(`The download failed: ${failure}`);
  const library = await findPython();
  if (!library) {
    throw backendError(
      "Cannot install TensorFlow: it cannot be downloaded here, and no Python here has it; " +
        "run pip install tensorflow[and-cuda], then deno task gpu:setup --python PATH (docs/GPU.md)",
    );
  }
  await removeFolder(stage);
  await build(stage, { name, library });
}

async function build(
  stage: string,
  parts: { name: typeof PACKAGES[number]; library: TensorflowLibrary },
): Promise<void> {
  console.log(`Building ${parts.name} for TensorFlow in ${parts.library.folder} ...`);
  await buildInto(stage, parts);
}

/** Uses what is installed in a folder and prints what it computes on. */
async function report(folder: string): Promise<void> {
  for (const line of await checkTensorflow(folder)) console.log(line);
}

async function removeFolder(path: string): Promise<void> {
  if (statOrNull(path)) await Deno.remove(path, { recursive: true });
}

if (import.meta.main) Deno.exit(await runCommand(command, Deno.args));
