// Starts the release build on a free port with a database of its own, and stops it.
import { spawn } from "node:child_process";
import { mkdtempSync, rmSync } from "node:fs";
import { createServer } from "node:net";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";

export const here = dirname(fileURLToPath(import.meta.url));
const root = dirname(here);

/** Answers where the server is, its process id, and how to stop it. */
export async function start(settings = {}, folder = mkdtempSync(join(tmpdir(), "lectern-"))) {
  const port = await new Promise((resolve) => {
    const probe = createServer().listen(0, "127.0.0.1", () => {
      const { port } = probe.address();
      probe.close(() => resolve(port));
    });
  });
  const origin = `http://localhost:${port}`;
  const server = spawn(join(root, settings.LECTERN_BINARY ?? "target/release/lectern"), ["serve"], {
    cwd: root,
    env: {
      ...process.env,
      LECTERN_ADDR: `127.0.0.1:${port}`,
      LECTERN_PUBLIC_URL: origin,
      LECTERN_DATABASE_URL: `sqlite://${folder}/lectern.db`,
      LECTERN_DATA_DIR: folder,
      LECTERN_DEMO: "1",
      RUST_LOG: "warn",
      ...settings,
    },
    stdio: ["ignore", "ignore", "inherit"],
  });
  const stop = () => {
    server.kill("SIGTERM");
    rmSync(folder, { recursive: true, force: true });
  };
  for (let tries = 0; tries < 1000; tries += 1) {
    const ready = await fetch(`${origin}/readyz`).then((answer) => answer.ok).catch(() => false);
    if (ready) return { origin, process: server, folder, stop };
    await new Promise((resolve) => setTimeout(resolve, 20));
  }
  stop();
  throw new Error("The server did not start. Is there a release build? `make build` makes one.");
}
