// A program with a token, in front of two nodes: what one decides holds on the other at the next request.
import { PASSWORD } from "./client.mjs";

const KINDS = { json: "application/json", form: "application/x-www-form-urlencoded" };

/** Sends JSON, or a form where OAuth wants one. */
async function send(at, method, path, { token, json, form } = {}) {
  const headers = { accept: "application/json" };
  if (token) headers.authorization = `Bearer ${token}`;
  if (json) headers["content-type"] = KINDS.json;
  if (form) headers["content-type"] = KINDS.form;
  const answer = await fetch(`${at}/api/v1${path}`, { method, headers, body: json ? JSON.stringify(json) : form && new URLSearchParams(form) });
  const text = await answer.text();
  return { status: answer.status, said: text.startsWith("{") ? JSON.parse(text) : {} };
}

const signIn = (at, client) => send(at, "POST", "/sign-in", { json: { email: "sam@uni.example", password: PASSWORD, client, scopes: ["account:read"] } });
const refresh = (at, refresh_token) => send(at, "POST", "/token", { form: { grant_type: "refresh_token", refresh_token } });
const me = async (at, token) => (await send(at, "GET", "/me", { token })).status;

/** Takes tokens back and refreshes them, `rounds` times; answers how often the other node did not know. */
export async function rounds(nodes, count) {
  const missed = { revoked: 0, signed_out: 0, raced: 0, reused: 0 };
  for (let round = 0; round < count; round += 1) {
    const [decides, asked] = round % 2 ? nodes : nodes.toReversed();
    const { access_token: token, refresh_token: first } = (await signIn(decides, `round ${round}`)).said;
    if ((await me(asked, token)) !== 200) throw new Error("a token of one node is none on the other");

    await send(decides, "POST", "/revoke", { form: { token } });
    if ((await me(asked, token)) !== 401) missed.revoked += 1;

    // Both nodes at once: one rotates it, and the other answers with what came of that.
    const both = await Promise.all([refresh(decides, first), refresh(asked, first)]);
    const next = both.map((answer) => answer.said.refresh_token);
    if (!both.every((answer) => answer.status === 200) || next[0] !== next[1]) missed.raced += 1;
    const fresh = both[0].said.access_token;
    if ((await me(asked, fresh)) !== 200) missed.raced += 1;

    // Another bit than the one that says which node decides: each is decided on both.
    if (round & 2) {
      // A refresh token that is taken back ends the sign-in (RFC 7009, 2.1).
      await send(decides, "POST", "/revoke", { form: { token: next[0] } });
      if ((await me(asked, fresh)) !== 401) missed.signed_out += 1;
    } else {
      // The successor has been used: who brings the first one again has stolen it.
      await refresh(decides, next[0]);
      await refresh(asked, first);
      if ((await me(asked, fresh)) !== 401 || (await me(decides, fresh)) !== 401) missed.reused += 1;
    }
  }
  return missed;
}

/** Keys are made and taken away beside running nodes. Answers what does not hold. */
export async function keys(site, nodes) {
  const wrong = [];
  const list = () => site.lectern("keys", "list").trim().split("\n").map((line) => line.split(/\s+/));
  const [[old]] = list();
  const { access_token: token } = (await signIn(nodes[0], "keys")).said;
  site.lectern("keys", "rotate");
  if (list().length !== 2) wrong.push("a second key is there");
  const published = await Promise.all(nodes.map((at) => fetch(`${at}/.well-known/jwks.json`).then((answer) => answer.json())));
  if (!published.every((set) => set.keys.length === 2)) wrong.push("both nodes publish both keys");
  if ((await Promise.all(nodes.map((at) => me(at, token)))).some((status) => status !== 200)) wrong.push("a token outlives the rotation of its key");
  site.lectern("keys", "retire", old);
  if ((await Promise.all(nodes.map((at) => me(at, token)))).some((status) => status !== 401)) wrong.push("a token ends with its key, on both nodes");
  const { access_token: next } = (await signIn(nodes[0], "keys again")).said;
  if ((await me(nodes[1], next)) !== 200) wrong.push("the next token is good at once on the other node");
  return wrong;
}
