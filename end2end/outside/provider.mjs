// A real OpenID provider to sign in with: `node provider.mjs PORT`. Whoever types a login is let in as that person:
// "ada" is sub-ada with the confirmed address ada@people.example, "unverified-bob" has an address nobody confirmed,
// and "ada=ada@uni.example" is sub-ada with the confirmed address after the sign. It asks at every sign-in.
import { randomBytes } from "node:crypto";
import { text } from "node:stream/consumers";
import { exportJWK, generateKeyPair } from "jose";
import Provider from "oidc-provider";
import { client, listen, origin } from "./serve.mjs";

const page = `<!doctype html>
<html lang="en">
<head><meta charset="utf-8"><title>Sign in at the provider</title></head>
<body>
<main>
<h1>Sign in at the provider</h1>
<form method="post">
<p><label>Login <input name="login" autocomplete="off"></label></p>
<p><button>Sign in</button> <button name="cancel" value="yes">Cancel</button></p>
</form>
</main>
</body>
</html>`;

const accounts = new Map();

/** Notes who has typed this login, and answers the subject. */
function accountOf(login) {
  const [name, address] = login.split("=");
  const sub = `sub-${name}`;
  const claims = {
    sub,
    name,
    email: address ?? `${name}@people.example`,
    email_verified: address !== undefined || !name.startsWith("unverified-"),
  };
  accounts.set(sub, { accountId: sub, claims: () => claims });
  return sub;
}

const { privateKey } = await generateKeyPair("RS256", { extractable: true });
const provider = new Provider(origin, {
  clients: [
    {
      client_id: client.id,
      client_secret: client.secret,
      token_endpoint_auth_method: "client_secret_basic",
      grant_types: ["authorization_code"],
      response_types: ["code"],
      redirect_uris: ["http://localhost/login/with/any/back"],
    },
  ],
  jwks: { keys: [{ ...(await exportJWK(privateKey)), alg: "RS256", use: "sig", kid: "provider" }] },
  cookies: { keys: [randomBytes(32).toString("hex")] },
  scopes: ["openid", "email", "profile"],
  claims: { openid: ["sub"], email: ["email", "email_verified"], profile: ["name"] },
  conformIdTokenClaims: false,
  pkce: { required: () => true },
  features: { devInteractions: { enabled: false } },
  interactions: { url: (context, interaction) => `/interaction/${interaction.uid}` },
  findAccount: (context, sub) => accounts.get(sub),
});

// The port of Lectern is not known when the provider starts.
provider.Client.prototype.redirectUriAllowed = (address) =>
  /^http:\/\/localhost:\d+\/login\/with\/[^/?#]+\/back$/.test(address);

// It forgets who was here: to change the person in a session, oidc-provider needs a page with a script.
provider.use((context, next) => {
  const cookies = context.req.headers.cookie?.split("; ").filter((cookie) => !cookie.startsWith("_session"));
  if (cookies) context.req.headers.cookie = cookies.join("; ");
  return next();
});

provider.use(async (context, next) => {
  if (!context.path.startsWith("/interaction/")) return next();
  const { req, res } = context;
  const { params } = await provider.interactionDetails(req, res);
  const fields = new URLSearchParams(await text(req));
  const login = fields.get("login")?.trim();
  if (fields.has("cancel")) {
    await provider.interactionFinished(req, res, { error: "access_denied" });
  } else if (login) {
    const accountId = accountOf(login);
    const grant = new provider.Grant({ accountId, clientId: params.client_id });
    grant.addOIDCScope(params.scope);
    await provider.interactionFinished(req, res, { login: { accountId }, consent: { grantId: await grant.save() } });
  } else {
    context.type = "html";
    context.body = page;
  }
});

listen(provider.callback());
