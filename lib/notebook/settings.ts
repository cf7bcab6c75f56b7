import { resolve } from "node:path";

/** Settings that a notebook runs with. */
export interface NotebookSettings {
  readonly preset: string;
  readonly seed: number;
  /** Under preset nano: fewer cells and shorter trainings, so that a chapter takes seconds; its numbers mean little then. */
  readonly quick: boolean;
}

/** The preset and seed that `deno task walkthrough` was given; "walkthrough" and 42 in an interactive session. */
export function notebookSettings(): NotebookSettings {
  const preset = Deno.env.get("KCELLFM_PRESET") ?? "walkthrough";
  return { preset, seed: Number(Deno.env.get("KCELLFM_SEED") ?? 42), quick: preset === "nano" };
}

/** The environment by which a kernel's {@linkcode notebookSettings} are these. */
export function kernelEnv(
  { preset, seed, backend }: Omit<NotebookSettings, "quick"> & { readonly backend?: string },
): Record<string, string> {
  return {
    KCELLFM_PRESET: preset,
    KCELLFM_SEED: String(seed),
    ...(backend ? { KCELLFM_BACKEND: backend } : {}),
    ...kernelFolders(),
  };
}

/**
 * Folders of this process's environment, named from the root of the disk: a kernel runs in its notebook's
 * folder, where "../shared/data" would be another one.
 */
export function kernelFolders(): Record<string, string> {
  const folders = ["KCELLFM_MIRROR", "KCELLFM_CACHE", "KCELLFM_RESULTS"].flatMap((name) => {
    const value = Deno.env.get(name);
    return value && !/^https?:/.test(value) ? [[name, resolve(value)]] : [];
  });
  return Object.fromEntries(folders);
}
