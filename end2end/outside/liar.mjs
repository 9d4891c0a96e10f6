// A server in the shape of an OpenID provider that lies when told to: `node liar.mjs PORT`. It asks nobody anything.
// `POST /lie` with JSON says how the next sign-in goes wrong, until a good code has been handed in or the next `POST /lie`:
//   subject, email, email_verified, name, aud, iss, azp, nonce: in the ID token; null leaves a thing out
//   iat, exp: seconds from now
//   alg: "RS256" (true, as the usual ES256 is), "none", "HS256" (the secret is our public key as PEM), "HS256-jwk" (as JSON),
//        "HS256-secret" (the client's secret), "other-key" (not in our list), "stripped" (no signature)
//   state, iss_back: in the redirect back; null leaves it out
//   error: the redirect back carries this error
//   metadata_issuer, metadata_redirect: of the discovery document
//   token_redirect, slow (milliseconds), status, huge (bytes): of the token endpoint's answer
// `GET /seen` lists what it was asked.
import { randomUUID } from "node:crypto";
import { exportJWK, exportSPKI, generateKeyPair, SignJWT, UnsecuredJWT } from "jose";
import { bend, client, origin, orTruth, provesKey, redirect, serve, takeLie, told } from "./serve.mjs";

const keys = { ES256: await generateKeyPair("ES256"), RS256: await generateKeyPair("RS256") };
const otherKey = (await generateKeyPair("ES256")).privateKey;
const published = await Promise.all(
  Object.entries(keys).map(async ([alg, { publicKey }]) => {
    return { ...(await exportJWK(publicKey)), kid: `liar-${alg}`, alg, use: "sig" };
  }),
);
const sharedSecrets = {
  HS256: await exportSPKI(keys.ES256.publicKey),
  "HS256-jwk": JSON.stringify(published[0]),
  "HS256-secret": client.secret,
};
const codes = new Map();

function metadata() {
  const lie = told();
  if (lie.metadata_redirect) return redirect(lie.metadata_redirect);
  return {
    body: {
      issuer: lie.metadata_issuer ?? origin,
      authorization_endpoint: `${origin}/authorize`,
      token_endpoint: `${origin}/token`,
      jwks_uri: `${origin}/jwks`,
      scopes_supported: ["openid", "email", "profile"],
      response_types_supported: ["code"],
      grant_types_supported: ["authorization_code"],
      subject_types_supported: ["public"],
      id_token_signing_alg_values_supported: ["ES256", "RS256"],
      token_endpoint_auth_methods_supported: ["client_secret_basic", "client_secret_post"],
      code_challenge_methods_supported: ["S256"],
      authorization_response_iss_parameter_supported: true,
    },
  };
}

function authorize({ query }) {
  const lie = told();
  const back = { state: orTruth(lie, "state", query.state), iss: orTruth(lie, "iss_back", origin) };
  if (query.client_id !== client.id) throw new Error("no such client");
  if (lie.error) return redirect(query.redirect_uri, { error: lie.error, ...back });
  if (query.response_type !== "code" || !query.code_challenge || query.code_challenge_method !== "S256") {
    return redirect(query.redirect_uri, { error: "invalid_request", ...back });
  }
  const code = randomUUID();
  codes.set(code, query);
  return redirect(query.redirect_uri, { code, ...back });
}

function isOurClient({ fields, headers }) {
  const basic = headers.authorization?.match(/^Basic (.+)$/)?.[1];
  const [id, secret] = basic
    ? Buffer.from(basic, "base64").toString().split(":").map(decodeURIComponent)
    : [fields.client_id, fields.client_secret];
  return id === client.id && secret === client.secret;
}

async function token(asked) {
  const { code, code_verifier, grant_type, redirect_uri } = asked.fields;
  if (!isOurClient(asked)) return { status: 401, body: { error: "invalid_client" } };
  if (grant_type !== "authorization_code") return { status: 400, body: { error: "unsupported_grant_type" } };
  const begun = codes.get(code);
  codes.delete(code);
  if (!begun || begun.redirect_uri !== redirect_uri || !provesKey(begun.code_challenge, code_verifier)) {
    return { status: 400, body: { error: "invalid_grant" } };
  }
  const lie = takeLie();
  const id_token = await idToken(lie, begun.nonce);
  const body = { access_token: randomUUID(), token_type: "Bearer", expires_in: 300, scope: begun.scope, id_token };
  return bend({ body }, { ...lie, redirect: lie.token_redirect });
}

async function idToken(lie, nonce) {
  const fromNow = (seconds) => (seconds === undefined ? undefined : Math.floor(Date.now() / 1000) + seconds);
  const claims = {
    iss: orTruth(lie, "iss", origin),
    sub: orTruth(lie, "subject", "sub-liar"),
    aud: orTruth(lie, "aud", client.id),
    azp: orTruth(lie, "azp"),
    nonce: orTruth(lie, "nonce", nonce),
    iat: fromNow(orTruth(lie, "iat", 0)),
    exp: fromNow(orTruth(lie, "exp", 300)),
    email: orTruth(lie, "email", "liar@people.example"),
    email_verified: orTruth(lie, "email_verified", true),
    name: orTruth(lie, "name", "Lia Liar"),
  };
  const sign = (alg, key, kid = `liar-${alg}`) => new SignJWT(claims).setProtectedHeader({ alg, kid }).sign(key);
  if (lie.alg === "none") return new UnsecuredJWT(claims).encode();
  if (lie.alg in sharedSecrets) return sign("HS256", Buffer.from(sharedSecrets[lie.alg]), "liar-ES256");
  if (lie.alg === "other-key") return sign("ES256", otherKey);
  if (lie.alg === "stripped") return (await sign("ES256", keys.ES256.privateKey)).replace(/[^.]*$/, "");
  const alg = lie.alg ?? "ES256";
  return sign(alg, keys[alg].privateKey);
}

serve({
  "GET /.well-known/openid-configuration": metadata,
  "GET /jwks": () => ({ body: { keys: published } }),
  "GET /authorize": authorize,
  "POST /token": token,
});
