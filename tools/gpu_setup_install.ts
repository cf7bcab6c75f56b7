import { dirname, join } from "node:path";
import { backendError } from "../lib/runtime/mod.ts";
import type { TensorflowLibrary } from "./gpu_setup_find.ts";
import { type Ended, reasonOf, runQuietly } from "./gpu_setup_run.ts";

/** The packages to choose from, of the same release as our TensorFlow.js. */
export const PACKAGES = ["tfjs-node-gpu", "tfjs-node"] as const;
type Package = typeof PACKAGES[number];
const VERSION = "4.22.0";
/** The newest interface of Node that the packages look for an addon of. */
const NAPI = "napi-v8";

/** Installs a package in an empty folder with the scripts that download TensorFlow 2.9; what went wrong, else null. */
export async function downloadInto(folder: string, name: Package): Promise<string | null> {
  const ended = await npmInstall(folder, name, []);
  return ended.success ? null : reasonOf(ended);
}

/**
 * Installs a package in an empty folder without its scripts, and builds its addon for a TensorFlow of this machine,
 * which it then finds by its path, whatever the environment.
 *
 * @throws {KcellfmError} tag "backend", with the first error of npm or of the compiler.
 */
export async function buildInto(
  folder: string,
  { name, library }: { name: Package; library: TensorflowLibrary },
): Promise<void> {
  if (Deno.build.os !== "linux") {
    throw backendError(
      "Cannot build TensorFlow's addon: only Linux is supported; use KCELLFM_BACKEND=webgpu here",
    );
  }
  const installed = await npmInstall(folder, name, ["--ignore-scripts"]);
  if (!installed.success) throw backendError(`Cannot install ${name}: ${reasonOf(installed)}`);
  const root = join(folder, "node_modules/@tensorflow", name);
  await linkLibraries(root, library);
  // npm gives its scripts a node-gyp that fits this Node
  const built = await runQuietly("npm", ["run", "addon"], { cwd: folder, env: linkerFlags(library) });
  if (!built.success) {
    throw backendError(
      `Cannot build ${name}'s addon: ${reasonOf(built)}; it takes Python 3, make and a C++ compiler ` +
        `(Debian: apt install build-essential)`,
    );
  }
  await Deno.mkdir(join(root, "lib", NAPI), { recursive: true });
  await Deno.rename(
    join(root, "build/Release/tfjs_binding.node"),
    join(root, "lib", NAPI, "tfjs_binding.node"),
  );
  await Deno.remove(join(root, "build"), { recursive: true });
}

async function npmInstall(folder: string, name: Package, flags: string[]): Promise<Ended> {
  await Deno.mkdir(folder, { recursive: true });
  const addon = `node-gyp rebuild -C node_modules/@tensorflow/${name} --module_name=tfjs_binding ` +
    `--module_path=lib/${NAPI} --napi_build_version=8`;
  const manifest = { private: true, dependencies: { [`@tensorflow/${name}`]: VERSION }, scripts: { addon } };
  await Deno.writeTextFile(join(folder, "package.json"), JSON.stringify(manifest, null, 2));
  return await runQuietly("npm", ["install", "--no-audit", "--no-fund", ...flags], { cwd: folder });
}

/** The places where the package's build looks for headers and libraries. */
async function linkLibraries(
  root: string,
  { include, library, framework }: TensorflowLibrary,
): Promise<void> {
  const deps = join(root, "deps");
  await Deno.mkdir(join(deps, "lib"), { recursive: true });
  await Deno.symlink(include, join(deps, "include"));
  await Deno.symlink(library, join(deps, "lib/libtensorflow.so"));
  await Deno.symlink(framework, join(deps, "lib/libtensorflow_framework.so"));
}

/**
 * The addon looks for TensorFlow in its own folder rather than through links: it finds CUDA's libraries by where it
 * lies itself.
 */
const linkerFlags = ({ library, framework }: TensorflowLibrary): Record<string, string> => ({
  LDFLAGS: [...new Set([dirname(library), dirname(framework)])].map((at) => `-Wl,-rpath,${at}`).join(" "),
});
