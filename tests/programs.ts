import { delimiter, join } from "node:path";

const CHROMIUMS = ["chromium", "chromium-browser", "google-chrome", "google-chrome-stable"];

/** Chromium: the one that KCELLFM_CHROMIUM names, else the first on the PATH, else null. */
export async function findChromium(): Promise<string | null> {
  const named = Deno.env.get("KCELLFM_CHROMIUM");
  const folders = (Deno.env.get("PATH") ?? "").split(":");
  const places = named ? [named] : folders.flatMap((folder) => CHROMIUMS.map((name) => join(folder, name)));
  for (const place of places) if (await isFile(place)) return place;
  return null;
}

/** The Python that KCELLFM_PYTHON names, else python3. */
export const python = (): string => Deno.env.get("KCELLFM_PYTHON") ?? "python3";

/** The first python3 of the path that has these modules ("anndata, zarr"); null where none has. */
export const pythonWith = (modules: string): string | null =>
  (Deno.env.get("PATH") ?? "").split(delimiter).map((folder) => join(folder, "python3")).find((python) => {
    try {
      return new Deno.Command(python, { args: ["-c", `import ${modules}`], stderr: "null" }).outputSync()
        .success;
    } catch {
      return false;
    }
  }) ?? null;

/** The folder of the programs of a Python that has `module` ("jupyterlab"), else null. */
export async function findScripts(module: string): Promise<string | null> {
  const code = `import ${module}, sysconfig; print(sysconfig.get_path("scripts"))`;
  try {
    const { success, stdout } = await new Deno.Command(python(), { args: ["-c", code], stderr: "null" })
      .output();
    return success ? new TextDecoder().decode(stdout).trim() : null;
  } catch (error) {
    if (error instanceof Deno.errors.NotFound) return null;
    throw error;
  }
}

const isFile = (path: string): Promise<boolean> => Deno.stat(path).then((found) => found.isFile, () => false);
