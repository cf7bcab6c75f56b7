import { join } from "node:path";
import { ROOT } from "../../lib/runtime/mod.ts";

/** A running `deno task lab`. */
export interface LabServer extends AsyncDisposable {
  readonly url: string;
  readonly token: string;
}

export interface LabServerOptions {
  readonly jupyter: string;
  /** Settings of the kernels. */
  readonly env: Readonly<Record<string, string>>;
}

/** The day's theme by day and the night's by night; no news in the corner of a screenshot. */
const SETTINGS = {
  "apputils-extension/themes": { "adaptive-theme": true },
  "apputils-extension/notification": { fetchNews: "false", checkForUpdates: false },
};
const START_MS = 120_000;

/** Starts JupyterLab by the task of deno.json, with its permissions, on this machine only and behind a token. */
export async function startLab({ jupyter, env }: LabServerOptions): Promise<LabServer> {
  const { tasks } = JSON.parse(await Deno.readTextFile(join(ROOT, "deno.json")));
  const config = await writeSettings();
  const token = crypto.randomUUID(), port = freePort(), url = `http://127.0.0.1:${port}`;
  const server = [
    `--ServerApp.port=${port}`,
    "--ServerApp.ip=127.0.0.1",
    `--IdentityProvider.token=${token}`,
  ];
  const lab = ["--no-browser", "--LabApp.expose_app_in_browser=True", ...server];
  const root = Deno.uid() === 0 ? ["--allow-root"] : []; // as in containers
  const child = new Deno.Command(Deno.execPath(), {
    args: [...tasks.lab.split(" ").slice(1), "--jupyter", jupyter, "--", ...lab, ...root],
    cwd: ROOT,
    env: { ...env, JUPYTER_CONFIG_DIR: config, JUPYTER_DATA_DIR: config, JUPYTER_RUNTIME_DIR: config },
    stdin: "null",
    stdout: "null",
    stderr: "null",
  }).spawn();
  const stop = async () => {
    child.kill("SIGTERM");
    await child.status;
    await Deno.remove(config, { recursive: true });
  };
  try {
    await answers(`${url}/api/status?token=${token}`);
  } catch (error) {
    await stop();
    throw error;
  }
  return { url, token, [Symbol.asyncDispose]: stop };
}

/** A folder of its own for everything that JupyterLab remembers. */
async function writeSettings(): Promise<string> {
  const folder = await Deno.makeTempDir({ prefix: "kcellfm-lab-" });
  for (const [name, content] of Object.entries(SETTINGS)) {
    const [extension, plugin] = name.split("/");
    const place = join(folder, "lab/user-settings/@jupyterlab", extension);
    await Deno.mkdir(place, { recursive: true });
    await Deno.writeTextFile(join(place, `${plugin}.jupyterlab-settings`), JSON.stringify(content));
  }
  return folder;
}

function freePort(): number {
  using listener = Deno.listen({ hostname: "127.0.0.1", port: 0 });
  return listener.addr.port;
}

async function answers(url: string): Promise<void> {
  const deadline = performance.now() + START_MS;
  while (performance.now() < deadline) {
    const up = await fetch(url).then(async (response) => {
      await response.body?.cancel();
      return response.ok;
    }, () => false);
    if (up) return;
    await new Promise((done) => setTimeout(done, 250));
  }
  throw new Error(`JupyterLab did not answer within ${START_MS / 1000} s`);
}
