import { Command, InvalidArgumentError } from "@commander-js/extra-typings";
import { BACKENDS } from "../runtime/mod.ts";

/** The seed of every command that is not told another. */
export const DEFAULT_SEED = 42;

/** Defaults of each command for the flags that all commands share. */
export interface CommandDefaults {
  /** The preset when `--preset` is not given; default "walkthrough". */
  readonly preset?: string;
  /** Meaning of `--out` in this command, for its help. */
  readonly out?: string;
}

/**
 * A command with the flags every command has: --preset, --seed, --backend, --out, --debug and --help. Chain
 * `.argument(...)`, `.option(...)` and `.action(...)` on it, then hand it to `runCommand`.
 */
export function createCommand(name: string, description: string, defaults: CommandDefaults = {}) {
  return new Command(`deno task ${name}`)
    .description(description)
    .exitOverride()
    .configureOutput({ outputError: () => {} }) // runCommand prints the one line
    .showSuggestionAfterError()
    .option(
      "--preset <name>",
      "size of the model: nano, walkthrough or paper",
      defaults.preset ?? "walkthrough",
    )
    .option("--seed <n>", "seed of all randomness", integer({ min: 0 }), DEFAULT_SEED)
    .option("--backend <name>", `compute backend (${BACKENDS.join(", ")}; default: the first that starts)`)
    .option("--out <path>", defaults.out ?? "where to write what the command makes")
    .option("--debug", "print the stack of an error");
}

/** Names split by commas, or by what else is given, without blanks around them and without empty ones. */
export const namesIn = (text = "", separator = ","): string[] =>
  text.split(separator).map((name) => name.trim()).filter((name) => name !== "");

/** A parser of whole numbers in [min, max] for `.option(...)`. */
export function integer({ min = -Infinity, max = Infinity } = {}): (text: string) => number {
  return (text) => {
    const value = Number(text);
    if (text.trim() !== "" && Number.isInteger(value) && value >= min && value <= max) return value;
    throw new InvalidArgumentError(`Expected a whole number ${range(min, max)}.`);
  };
}

/** A parser of one of `choices`, typed as their union. */
export function oneOf<const T extends string>(choices: readonly T[]): (text: string) => T {
  return (text) => {
    const found = choices.find((choice) => choice === text);
    if (found !== undefined) return found;
    throw new InvalidArgumentError(`Allowed choices are ${choices.join(", ")}.`);
  };
}

function range(min: number, max: number): string {
  return Number.isFinite(max) ? `from ${min} to ${max}` : `of at least ${min}`;
}
