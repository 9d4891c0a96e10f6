// Several nodes behind nginx, on real services: started, killed, told to stop, and started again.
import { execFileSync, spawn } from "node:child_process";
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { createServer } from "node:net";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";

export const root = dirname(dirname(dirname(fileURLToPath(import.meta.url))));
export const pause = (seconds) => new Promise((resolve) => setTimeout(resolve, seconds * 1000));

export const freePort = () =>
  new Promise((resolve) => {
    const probe = createServer().listen(0, "127.0.0.1", () => {
      const { port } = probe.address();
      probe.close(() => resolve(port));
    });
  });

/** PostgreSQL, Redis and the like, by scripts/services.sh. */
export class Services {
  constructor(...names) {
    this.folder = mkdtempSync(join(tmpdir(), "lectern-services-"));
    const said = this.#script("start", this.folder, ...names);
    this.addresses = Object.fromEntries(said.trim().split("\n").map((line) => [line.slice(0, line.indexOf("=")), line.slice(line.indexOf("=") + 1)]));
  }

  #script(...words) {
    // What stays behind must not hold this process's output open.
    return execFileSync(join(root, "scripts/services.sh"), words, { encoding: "utf8", stdio: ["ignore", "pipe", "inherit"] });
  }

  halt(name) { this.#script("halt", this.folder, name); }
  resume(name) { this.#script("resume", this.folder, name); }
  stop() { this.#script("stop", this.folder); }

  /** A new database on PostgreSQL. */
  database(name) {
    const server = new URL(this.addresses.postgres);
    const psql = (sql) => execFileSync("psql", ["-h", server.hostname, "-p", server.port, "-U", "postgres", "-qAtc", sql, "postgres"], { encoding: "utf8" });
    psql(`create database ${name}`);
    return `${this.addresses.postgres}/${name}`;
  }

  redis(...words) {
    return execFileSync("redis-cli", ["-p", new URL(this.addresses.redis).port, ...words], { encoding: "utf8" });
  }
}

/** One `lectern serve`. */
export class Node {
  constructor(port, settings) {
    this.port = port;
    this.origin = `http://127.0.0.1:${port}`;
    this.settings = { LECTERN_ADDR: `127.0.0.1:${port}`, LECTERN_TRUSTED_PROXIES: "127.0.0.1", LECTERN_DEMO: "0", LECTERN_SECOND_STEP: "off", RUST_LOG: "error", ...settings };
  }

  async start() {
    this.launch();
    await this.ready();
  }

  launch() {
    const binary = join(root, process.env.LECTERN_BINARY ?? "target/release/lectern");
    this.process = spawn(binary, ["serve"], { cwd: root, env: { ...process.env, ...this.settings }, stdio: ["ignore", "ignore", process.env.LECTERN_TEST_LOG ? "inherit" : "ignore"] });
    this.ended = new Promise((resolve) => this.process.once("exit", (code, signal) => resolve(code ?? signal)));
  }

  async ready() {
    for (let tries = 0; tries < 1500; tries += 1) {
      if ((await this.readiness()).status === 200) return;
      await pause(0.02);
    }
    throw new Error(`the node at ${this.port} did not become ready`);
  }

  async readiness() {
    const answer = await fetch(`${this.origin}/readyz`).catch(() => null);
    return answer ? { status: answer.status, text: await answer.text() } : { status: 0, text: "" };
  }

  async kill() {
    this.process.kill("SIGKILL");
    await this.ended;
  }

  /** Told to stop, it may take its time. Answers its exit code. */
  async stop() {
    this.process.kill("SIGTERM");
    return this.ended;
  }
}

/** nginx in front of the nodes: one after the other, whoever asks. */
export class Nginx {
  constructor(folder, port, nodes) {
    this.folder = join(folder, "nginx");
    mkdirSync(this.folder, { recursive: true });
    const temporary = ["client_body", "proxy", "fastcgi", "uwsgi", "scgi"].map((kind) => `${kind}_temp_path ${this.folder}/${kind};`).join(" ");
    writeFileSync(join(this.folder, "nginx.conf"), `
      ${process.getuid() === 0 ? "user root;" : ""}
      worker_processes 1; daemon off; pid ${this.folder}/pid; error_log ${this.folder}/error.log;
      events { worker_connections 4096; }
      http {
        access_log off; ${temporary} client_max_body_size 2m;
        upstream lectern { ${nodes.map((node) => `server 127.0.0.1:${node.port} max_fails=1 fail_timeout=1s;`).join(" ")} }
        server {
          listen 127.0.0.1:${port} backlog=4096;
          location / {
            proxy_pass http://lectern;
            proxy_set_header Host $http_host;
            proxy_set_header X-Forwarded-For $proxy_add_x_forwarded_for;
            proxy_next_upstream error timeout;
            proxy_connect_timeout 2s;
          }
        }
      }`);
  }

  async start(port) {
    this.process = spawn("nginx", ["-p", this.folder, "-c", join(this.folder, "nginx.conf")], { stdio: ["ignore", "inherit", "ignore"] });
    this.ended = new Promise((resolve) => this.process.once("exit", resolve));
    for (let tries = 0; tries < 200; tries += 1) {
      if (await fetch(`http://127.0.0.1:${port}/healthz`).then((answer) => answer.ok, () => false)) return;
      await pause(0.05);
    }
    throw new Error("nginx did not start");
  }

  async stop() {
    this.process.kill("SIGQUIT");
    await this.ended;
  }
}

/** Two nodes on one PostgreSQL database behind nginx; `sessions` is where they keep their sessions. */
export async function cluster(services, name, sessions = "database") {
  const folder = mkdtempSync(join(tmpdir(), "lectern-nodes-"));
  const ports = [await freePort(), await freePort(), await freePort()];
  const origin = `http://localhost:${ports[2]}`;
  const settings = {
    LECTERN_PUBLIC_URL: origin,
    LECTERN_DATABASE_URL: services.database(name),
    LECTERN_SESSION_STORE: sessions,
    LECTERN_DATA_DIR: folder,
    LECTERN_DRAIN: "2s",
  };
  const nodes = ports.slice(0, 2).map((port) => new Node(port, settings));
  // Both at once, on a database without tables.
  for (const node of nodes) node.launch();
  await Promise.all(nodes.map((node) => node.ready()));
  const nginx = new Nginx(folder, ports[2], nodes);
  await nginx.start(ports[2]);
  const stop = async () => {
    await nginx.stop();
    await Promise.all(nodes.map((node) => node.kill()));
    rmSync(folder, { recursive: true, force: true });
  };
  const lectern = (...words) => execFileSync(join(root, process.env.LECTERN_BINARY ?? "target/release/lectern"), words, { cwd: root, env: { ...process.env, ...settings, LECTERN_DEMO: "1" }, encoding: "utf8", input: "" });
  return { nodes, origin, settings, stop, lectern };
}
