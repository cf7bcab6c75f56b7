import { dirname, join, resolve } from "node:path";
import { fileError, statOrNull } from "../lib/runtime/mod.ts";
import { runQuietly } from "./gpu_setup_run.ts";

/** A TensorFlow to build for. */
export interface TensorflowLibrary {
  /** Where it was found, for messages. */
  readonly folder: string;
  /** Holds tensorflow/c/c_api.h. */
  readonly include: string;
  /** The library with TensorFlow's C interface, and the one beside it that both need. */
  readonly library: string;
  readonly framework: string;
}

/** Names of the library: in a Python package, in a release of the C library, and of that on its own. */
const LIBRARIES = ["libtensorflow_cc.so.2", "libtensorflow.so.2", "libtensorflow.so"];
const FRAMEWORKS = ["libtensorflow_framework.so.2", "libtensorflow_framework.so"];
const HEADER = "tensorflow/c/eager/c_api.h";

/**
 * The TensorFlow in a folder: of a Python package, or of a release of the C library.
 *
 * @throws {KcellfmError} tag "file", when something is missing there.
 */
export function tensorflowAt(path: string): TensorflowLibrary {
  const folder = resolve(path);
  const pick = (names: readonly string[]): string => {
    const places = names.flatMap((name) => [join(folder, name), join(folder, "lib", name)]);
    const found = places.find((place) => statOrNull(place) !== null);
    if (!found) throw missing(folder, names[0]);
    return Deno.realPathSync(found);
  };
  const include = join(folder, "include");
  if (!statOrNull(join(include, HEADER))) throw missing(folder, `include/${HEADER}`);
  return { folder, include, library: pick(LIBRARIES), framework: pick(FRAMEWORKS) };
}

const missing = (folder: string, what: string) =>
  fileError(
    `Cannot build for the TensorFlow in ${folder}: no ${what}; expected is the tensorflow folder of a Python's ` +
      `packages, or an unpacked release of its C library`,
  );

/**
 * The TensorFlow of a Python's packages.
 *
 * @throws {KcellfmError} tag "file", when it has none.
 */
export async function tensorflowOfPython(python: string): Promise<TensorflowLibrary> {
  const file = await locatePackage(python);
  if (file === null) {
    throw fileError(
      `Cannot find TensorFlow by ${python}: expected a Python with that package; run ` +
        `${python} -m pip install tensorflow[and-cuda]`,
    );
  }
  return tensorflowAt(dirname(file));
}

/** The TensorFlow of `KCELLFM_PYTHON` or of the Python on the path; null where there is none. */
export async function findPython(): Promise<TensorflowLibrary | null> {
  for (const python of [Deno.env.get("KCELLFM_PYTHON"), "python3", "python"]) {
    const file = python ? await locatePackage(python) : null;
    if (file !== null) return tensorflowAt(dirname(file));
  }
  return null;
}

/** Where a Python has its tensorflow package, without loading it. */
async function locatePackage(python: string): Promise<string | null> {
  const ask = "from importlib.util import find_spec; print(find_spec('tensorflow').origin)";
  const { success, stdout } = await runQuietly(python, ["-c", ask]);
  return success ? stdout.trim() : null;
}
