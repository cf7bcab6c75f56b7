import { configureBrowser } from "../../lib/runtime/host/browser/mod.ts";
import { KcellfmError, messageOf } from "../../lib/runtime/mod.ts";
import type { Failure, Message, Progress, Request, WorkerSettings } from "../protocol.ts";
import { loadAssets, readManifest } from "./assets.ts";
import { Session } from "./session.ts";

/** The entry of the worker that names cells: it answers the requests of the page one after the other. */
const scope = globalThis as unknown as {
  onmessage: (event: MessageEvent<{ id: number; request: Request } | { cancel: true }>) => void;
  postMessage(message: Message): void;
};

let session: Session | null = null;
let cancel = new AbortController();
let before: Promise<void> = Promise.resolve();

const report = (progress: Progress): void => scope.postMessage({ kind: "progress", progress });

scope.onmessage = ({ data }) => {
  if ("cancel" in data) return cancel.abort(new DOMException("cancelled", "AbortError"));
  before = before.then(() => answer(data.id, data.request));
};

async function answer(id: number, request: Request): Promise<void> {
  try {
    scope.postMessage({ kind: "answer", id, value: await perform(request) });
  } catch (error) {
    scope.postMessage({ kind: "failed", id, error: failureOf(error) });
  }
}

async function perform(request: Request): Promise<unknown> {
  if (request.kind === "start") return await start(request.settings);
  if (!session) throw new Error("the worker was not started");
  switch (request.kind) {
    case "read":
      return await session.read(request.files);
    case "readReference":
      return await session.readReference(request.files);
    case "quick":
      return await session.quick();
    case "annotate":
      cancel = new AbortController();
      return await session.annotate(request.choice, cancel.signal);
    case "map":
      return session.map();
    case "type":
      return await session.type(request.index);
    case "download":
      return await session.download(request.what);
  }
}

async function start(settings: WorkerSettings) {
  const { base, env } = settings;
  const query = new URLSearchParams(env);
  configureBrowser({
    env,
    wasmFolder: `${base}files/tfjs/`,
    workers: { "lib/cell/embedding/worker.ts": `${base}compute.js?${query}` },
  });
  const manifest = await readManifest(base);
  await loadAssets(base, manifest.assets, (done, total) => {
    report({ what: "Loading the model", done, total, unit: "bytes" });
  });
  session = await Session.start(settings, report);
  return session.started;
}

function failureOf(error: unknown): Failure {
  if (error instanceof KcellfmError) return { tag: error.tag, message: withoutFolders(error.message) };
  if (error instanceof DOMException && error.name === "AbortError") {
    return { tag: "cancelled", message: error.message };
  }
  console.error(error);
  return { tag: null, message: messageOf(error) };
}

/** The folders that the worker puts files into mean nothing to the person who dropped them. */
const withoutFolders = (message: string): string => message.replaceAll(/\/(input|reference|output)\//g, "");
