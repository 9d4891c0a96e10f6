// A server in the shape of GitHub's OAuth 2 that lies when told to: `node github.mjs PORT`. It asks nobody anything.
// `POST /lie` with JSON says how the next sign-in goes, until a good code has been handed in or the next `POST /lie`
// (what the API then says to the token stays as told):
//   id, login, name, emails (a list of { email, primary, verified, visibility }): who signs in
//   state: in the redirect back; null leaves it out
//   error: the redirect back carries this error
//   status, redirect, slow (milliseconds), huge (bytes): of the API's answers, or only of the path in `at`, if that is given
// `GET /seen` lists what it was asked.
import { randomUUID } from "node:crypto";
import { bend, client, orTruth, provesKey, redirect, serve, takeLie, told } from "./serve.mjs";

const codes = new Map();
const tokens = new Map();

function authorize({ query }) {
  const lie = told();
  const state = orTruth(lie, "state", query.state);
  if (query.client_id !== client.id) return { status: 404, body: { message: "Not Found" } };
  if (lie.error) return redirect(query.redirect_uri, { error: lie.error, state });
  const code = randomUUID();
  codes.set(code, query);
  return redirect(query.redirect_uri, { code, state });
}

/** Errors have status 200, and only who asks for JSON gets JSON, as at GitHub. */
function accessToken({ path, fields, headers }) {
  const inForm = (body) =>
    headers.accept?.includes("application/json")
      ? { body }
      : { headers: { "content-type": "application/x-www-form-urlencoded" }, body: new URLSearchParams(body).toString() };
  if (fields.client_id !== client.id || fields.client_secret !== client.secret) {
    return inForm({ error: "incorrect_client_credentials" });
  }
  const begun = codes.get(fields.code);
  codes.delete(fields.code);
  if (!begun || (begun.code_challenge && !hasProof(begun, fields))) return inForm({ error: "bad_verification_code" });
  if (begun.redirect_uri !== fields.redirect_uri) return inForm({ error: "redirect_uri_mismatch" });
  const lie = takeLie();
  const scopes = (begun.scope ?? "").split(/[ ,]+/);
  const access_token = `gho_${randomUUID().replaceAll("-", "")}`;
  tokens.set(access_token, { lie, scopes });
  return bend(inForm({ access_token, scope: scopes.join(","), token_type: "bearer" }), lie.at === path ? lie : {});
}

function hasProof({ code_challenge, code_challenge_method }, { code_verifier }) {
  return code_challenge_method === "S256" && provesKey(code_challenge, code_verifier);
}

/** GitHub's API also turns away who does not say in User-Agent what it is. */
function api(answer) {
  return async ({ path, headers }) => {
    if (!headers["user-agent"]) return { status: 403, body: { message: "Request forbidden by administrative rules." } };
    const token = tokens.get(headers.authorization?.match(/^(?:Bearer|token) (.+)$/i)?.[1]);
    if (!token) return { status: 401, body: { message: "Bad credentials" } };
    const { lie, scopes } = token;
    return bend(answer(lie, scopes), (lie.at ?? path) === path ? lie : {});
  };
}

function user(lie) {
  return {
    body: {
      id: orTruth(lie, "id", 4711),
      login: orTruth(lie, "login", "octo"),
      name: "name" in lie ? lie.name : "Octo Example",
      email: null,
    },
  };
}

function emails(lie, scopes) {
  if (!scopes.includes("user:email") && !scopes.includes("user")) return { status: 404, body: { message: "Not Found" } };
  const usual = [
    { email: `${lie.login ?? "octo"}@people.example`, primary: true, verified: true, visibility: "private" },
    { email: `${lie.login ?? "octo"}@users.noreply.github.com`, primary: false, verified: true, visibility: null },
  ];
  return { body: lie.emails ?? usual };
}

serve({
  "GET /login/oauth/authorize": authorize,
  "POST /login/oauth/access_token": accessToken,
  "GET /user": api(user),
  "GET /user/emails": api(emails),
});
