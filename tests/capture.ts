import { runCommand } from "../lib/cli/mod.ts";

/** What a command did: its exit code and what it said, `errors` on stderr alone. */
export interface Outcome {
  readonly code: number;
  /** Both streams, in the order of what was said. */
  readonly said: string;
  /** What was printed on stdout. */
  readonly printed: string;
  /** Lines of stderr. */
  readonly errors: readonly string[];
}

/**
 * Runs a command in this process and keeps what it says.
 *
 * @param args split at spaces where they are one text: "--set pbmc3k --preset nano"
 * @param env variables that are set for this run only
 */
export async function capture(
  command: Parameters<typeof runCommand>[0],
  args: string | readonly string[],
  env: Readonly<Record<string, string>> = {},
): Promise<Outcome> {
  const [said, printed, errors]: string[][] = [[], [], []];
  const { log, error } = console;
  const before = Object.keys(env).map((name) => [name, Deno.env.get(name)] as const);
  console.log = (...items) => void [said, printed].forEach((lines) => lines.push(items.join(" ")));
  console.error = (...items) => void [said, errors].forEach((lines) => lines.push(items.join(" ")));
  setEnv(Object.entries(env));
  try {
    const code = await runCommand(command, typeof args === "string" ? args.split(" ") : args);
    return { code, said: said.join("\n"), printed: printed.join("\n"), errors };
  } finally {
    setEnv(before);
    Object.assign(console, { log, error });
  }
}

function setEnv(values: readonly (readonly [string, string | undefined])[]): void {
  for (const [name, value] of values) {
    if (value === undefined) Deno.env.delete(name);
    else Deno.env.set(name, value);
  }
}
