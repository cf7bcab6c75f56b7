/** What a notebook was asked to run with. */
export interface NotebookSettings {
  readonly preset: string;
  readonly seed: number;
}

/** The preset and seed that `deno task walkthrough` was given; "walkthrough" and 42 in an interactive session. */
export function notebookSettings(): NotebookSettings {
  return {
    preset: Deno.env.get("KCELLFM_PRESET") ?? "walkthrough",
    seed: Number(Deno.env.get("KCELLFM_SEED") ?? 42),
  };
}
