// A second implementation of JWT reads what we sign, by the published keys, and signs what we must refuse. For each algorithm.
import { strict as assert } from "node:assert";
import { SignJWT, UnsecuredJWT, createRemoteJWKSet, decodeJwt, decodeProtectedHeader, exportJWK, generateKeyPair, jwtVerify } from "jose";
import { start } from "./server.mjs";

const PASSWORD = "correct-lectern-demo";

for (const algorithm of ["ES256", "EdDSA", "PS256", "RS256", "HS256"]) {
  const server = await start({ LECTERN_TOKEN_ALGORITHM: algorithm, LECTERN_ALLOW_RS256: algorithm === "RS256" ? "1" : "0" });
  try {
    await compare(server.origin, algorithm);
    console.log(`${algorithm}: jose reads ours, and we refuse its`);
  } finally {
    server.stop();
  }
}

async function compare(origin, algorithm) {
  const answer = await fetch(`${origin}/api/v1/sign-in`, {
    method: "POST",
    headers: { "content-type": "application/json" },
    body: JSON.stringify({ email: "student@lectern.example", password: PASSWORD, client: "jose", scopes: ["account:read"] }),
  });
  assert.equal(answer.status, 200);
  const { access_token } = await answer.json();
  const me = async (token) => (await fetch(`${origin}/api/v1/me`, { headers: { authorization: `Bearer ${token}` } })).status;
  assert.equal(await me(access_token), 200);

  const metadata = await (await fetch(`${origin}/.well-known/oauth-authorization-server`)).json();
  const published = await (await fetch(metadata.jwks_uri)).json();
  const header = decodeProtectedHeader(access_token);
  const expected = { issuer: metadata.issuer, audience: `${origin}/api/v1`, typ: "at+jwt", algorithms: [algorithm] };
  if (algorithm === "HS256") {
    assert.deepEqual(published.keys, [], "a secret is not published");
  } else {
    const { payload } = await jwtVerify(access_token, createRemoteJWKSet(new URL(metadata.jwks_uri)), expected);
    for (const claim of ["iss", "sub", "aud", "client_id", "iat", "exp", "jti", "scope"]) assert.ok(payload[claim], claim);
    assert.equal(payload.exp - payload.iat, 600);
    const bent = access_token.replace(/.{3}$/, (end) => (end === "AAA" ? "BBB" : "AAA"));
    await assert.rejects(jwtVerify(bent, createRemoteJWKSet(new URL(metadata.jwks_uri)), expected));
    for (const key of published.keys) {
      for (const secret of ["d", "p", "q", "k"]) assert.equal(key[secret], undefined, `${secret} is published`);
    }
  }

  // The same claims, signed by others: with a key of their own, embedded, with what is published, with nothing.
  const claims = decodeJwt(access_token);
  const own = algorithm === "HS256" ? { privateKey: new Uint8Array(32).fill(7) } : await generateKeyPair(algorithm, { extractable: true });
  const signed = (header, key) => new SignJWT(claims).setProtectedHeader(header).sign(key);
  const forged = [
    await signed({ alg: algorithm, typ: "at+jwt", kid: header.kid }, own.privateKey),
    await signed({ alg: algorithm, typ: "JWT", kid: header.kid }, own.privateKey),
    new UnsecuredJWT(claims).encode(),
    `${Buffer.from(JSON.stringify({ alg: "none", typ: "at+jwt", kid: header.kid })).toString("base64url")}.${access_token.split(".")[1]}.`,
    await signed({ alg: "HS256", typ: "at+jwt", kid: header.kid }, new TextEncoder().encode(JSON.stringify(published.keys[0] ?? published))),
    await signed({ alg: "HS256", typ: "at+jwt", kid: header.kid }, new TextEncoder().encode(JSON.stringify(published))),
  ];
  if (own.publicKey) {
    const jwk = await exportJWK(own.publicKey);
    forged.push(await signed({ alg: algorithm, typ: "at+jwt", kid: header.kid, jwk }, own.privateKey));
    forged.push(await signed({ alg: algorithm, typ: "at+jwt", kid: header.kid, jku: `${origin}/evil.json` }, own.privateKey));
  }
  for (const token of forged) assert.equal(await me(token), 401, token);
}
