// What a browser that comes for the first time fetches, by type, compressed as it was sent. Fails over the budget.
import { request } from "node:http";
import { start } from "./server.mjs";

const BUDGET = 100_000;
const server = await start();

// fetch() would undo the compression: the bytes on the wire are wanted.
const bytes = (path) =>
  new Promise((resolve, reject) => {
    request(server.origin + path, { headers: { "accept-encoding": "br, gzip", accept: "text/html,*/*" } }, (answer) => {
      const parts = [];
      answer.on("data", (part) => parts.push(part));
      answer.on("end", () => {
        if (answer.statusCode !== 200) return reject(new Error(`${path}: ${answer.statusCode}`));
        resolve({ size: Buffer.concat(parts).length, encoding: answer.headers["content-encoding"] ?? "none" });
      });
    }).on("error", reject).end();
  });

let worst = 0;
try {
  for (const page of ["/", "/login", "/signup", "/courses/sessions-and-tokens"]) {
    const html = await fetch(server.origin + page, { headers: { accept: "text/html" } }).then((answer) => answer.text());
    const linked = [...html.matchAll(/(?:href|src)="(\/(?:pkg\/[^"]+|favicon\.svg))"/g)].map((match) => match[1]);
    const imported = [...html.matchAll(/"(\/pkg\/[^"]+\.(?:js|wasm))"/g)].map((match) => match[1]);
    let total = 0;
    const row = [];
    for (const path of new Set([page, ...linked, ...imported])) {
      const { size, encoding } = await bytes(path);
      total += size;
      row.push(`${path === page ? "html" : path.split(".").pop()} ${size} (${encoding})`);
    }
    worst = Math.max(worst, total);
    console.log(`first load of ${page}: ${total} bytes: ${row.join(", ")}`);
  }
} finally {
  server.stop();
}
if (worst > BUDGET) {
  console.error(`over the budget of ${BUDGET} bytes`);
  process.exit(1);
}
