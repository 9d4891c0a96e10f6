// What the servers in this folder share: they listen, and the lying ones take lies and note what they were asked.
import { createHash } from "node:crypto";
import { createServer } from "node:http";
import { text } from "node:stream/consumers";

export const client = { id: "lectern", secret: "provider-secret-for-tests" };
const port = Number(process.argv[2]);
export const origin = `http://localhost:${port}`;

const hidden = ["client_secret", "code", "code_verifier"];
const seen = [];
let lie = {};

/** How the next sign-in has to go wrong. */
export const told = () => lie;

/** The same, and the sign-in after that one goes right again. */
export function takeLie() {
  const taken = lie;
  lie = {};
  return taken;
}

/** What the lie says, or else the truth; a lie of null leaves the thing out. */
export const orTruth = (lie, name, truth) => (name in lie ? (lie[name] ?? undefined) : truth);

export function listen(handler) {
  createServer(handler).listen(port, "127.0.0.1", () => console.log("ready"));
}

/** Serves routes such as "GET /user", each a function of what is asked that returns { status, headers, body }. */
export function serve(routes) {
  const all = {
    ...routes,
    "POST /lie": ({ fields }) => {
      lie = fields;
      return { body: lie };
    },
    "GET /seen": () => ({ body: seen }),
  };
  listen(async (request, response) => {
    const { pathname: path, searchParams } = new URL(request.url, origin);
    const query = Object.fromEntries(searchParams);
    const answer = await (async () => {
      const sent = await text(request);
      const isJson = path === "/lie" || request.headers["content-type"]?.startsWith("application/json");
      const fields = isJson ? JSON.parse(sent || "{}") : Object.fromEntries(new URLSearchParams(sent));
      if (path !== "/lie" && path !== "/seen") {
        seen.push({ method: request.method, path, query: withoutSecrets(query), body: withoutSecrets(fields) });
      }
      const route = all[`${request.method} ${path}`];
      return route ? await route({ path, query, fields, headers: request.headers }) : { status: 404, body: {} };
    })().catch((error) => ({ status: 400, body: { error: "invalid_request", error_description: error.message } }));
    response.writeHead(answer.status ?? 200, { "content-type": "application/json", ...answer.headers });
    response.end(typeof answer.body === "object" ? JSON.stringify(answer.body) : answer.body);
  });
}

function withoutSecrets(fields) {
  return Object.fromEntries(Object.entries(fields).map(([name, value]) => [name, hidden.includes(name) ? "(hidden)" : value]));
}

/** Sends the browser on, with those parameters that have a value. */
export function redirect(address, parameters = {}) {
  const to = new URL(address);
  for (const [name, value] of Object.entries(parameters)) {
    if (value !== undefined && value !== null) to.searchParams.set(name, value);
  }
  return { status: 302, headers: { location: to.href } };
}

/** The answer made late, redirected, of another status, or so many bytes long (JSON may end in blanks). */
export async function bend(answer, lie) {
  await new Promise((resolve) => setTimeout(resolve, lie.slow ?? 0));
  const body = typeof answer.body === "object" ? JSON.stringify(answer.body) : answer.body;
  const bent = lie.redirect ? redirect(lie.redirect) : { ...answer, body: body.padEnd(lie.huge ?? 0) };
  return { ...bent, status: lie.status ?? bent.status };
}

/** Whether the verifier is the one whose SHA-256 was the challenge. */
export function provesKey(challenge, verifier = "") {
  return createHash("sha256").update(verifier).digest("base64url") === challenge;
}
