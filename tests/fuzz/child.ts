import { dirname, join } from "node:path";
import { createRng, KcellfmError, messageOf, peakMemoryMb, startBackend } from "../../lib/runtime/mod.ts";
import { mutate, mutateHeader, mutateJson } from "./mutate.ts";
import { type Seed, type Target, TARGETS } from "./targets.ts";

/** What became of one input. "bug": the reader threw something that is not ours. */
export interface Outcome {
  readonly input: number;
  readonly target: string;
  readonly kind: "read" | "refused" | "bug";
  /** What was thrown, or "". */
  readonly message: string;
  /** Highest resident memory of the process so far, in MB. */
  readonly peak: number;
  readonly ms: number;
}

/** Arguments: seed, first input, one past the last, folder to work in. Prints each input's number, then its outcome. */
async function main([seed, from, to, folder]: readonly string[]): Promise<void> {
  await startBackend("wasm");
  const seeds = await Promise.all(TARGETS.map((target) => target.seeds()));
  for (let input = Number(from); input < Number(to); input++) {
    console.log(input);
    const which = input % TARGETS.length;
    const rng = createRng(seed).split(input);
    const files = mutateOne(rng.choice(seeds[which]), rng);
    const started = performance.now();
    const outcome = await readOne(TARGETS[which], files, join(folder, String(input)));
    const ms = Math.round(performance.now() - started);
    console.log(JSON.stringify({ input, target: TARGETS[which].name, ...outcome, peak: peakMemoryMb(), ms }));
  }
}

/** The seed with one of its files changed. */
function mutateOne(seed: Seed, rng: ReturnType<typeof createRng>): Seed {
  const name = rng.choice(Object.keys(seed));
  const asJson = rng.int(3) > 0;
  const change = asJson && /\.json$|\/?\.z(array|attrs|group)$/.test(name)
    ? mutateJson
    : asJson && name.endsWith(".safetensors")
    ? mutateHeader
    : mutate;
  return { ...seed, [name]: change(seed[name], rng) };
}

async function readOne(
  target: Target,
  files: Seed,
  folder: string,
): Promise<Pick<Outcome, "kind" | "message">> {
  for (const [name, content] of Object.entries(files)) {
    Deno.mkdirSync(dirname(join(folder, name)), { recursive: true });
    Deno.writeFileSync(join(folder, name), content);
  }
  try {
    await target.read({ folder, file: join(folder, Object.keys(files)[0]) });
    return { kind: "read", message: "" };
  } catch (error) {
    if (error instanceof KcellfmError) return { kind: "refused", message: error.message };
    return { kind: "bug", message: error instanceof Error ? error.stack ?? messageOf(error) : String(error) };
  } finally {
    Deno.removeSync(folder, { recursive: true });
  }
}

await main(Deno.args);
