import { putFile } from "../../lib/runtime/host/browser/mod.ts";
import { networkError } from "../../lib/runtime/mod.ts";
import type { Asset, Manifest } from "../manifest.ts";

export async function readManifest(base: string): Promise<Manifest> {
  return await (await fetchOwn(`${base}manifest.json`)).json();
}

/** Fetches files of ours and shows them to the host at their paths. */
export async function loadAssets(
  base: string,
  assets: readonly Asset[],
  onProgress: (done: number, total: number) => void = () => {},
): Promise<void> {
  const total = assets.reduce((sum, { bytes }) => sum + bytes, 0);
  let done = 0;
  await Promise.all(assets.map(async ({ path, bytes }) => {
    const response = await fetchOwn(`${base}files/${path}`);
    putFile(`/kcellfm/${path}`, new Uint8Array(await response.arrayBuffer()));
    onProgress(done += bytes, total);
  }));
}

async function fetchOwn(address: string): Promise<Response> {
  const failed = (why: string, cause?: unknown) =>
    networkError(`Cannot load ${address}: ${why}; load the page again`, cause);
  const response = await fetch(address).catch((error) => {
    throw failed("there is no answer", error);
  });
  if (!response.ok) throw failed(`the server answers ${response.status}`);
  return response;
}
