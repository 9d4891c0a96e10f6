// Passkeys, with Chromium's own virtual authenticator: made, used with and without its person, copied, at another address.
import { createServer } from "node:http";
import { expect, expects, isAccessible, signIn, test, unique, visit } from "../fixtures/index.mjs";
import { start } from "../server.mjs";
import { appCode, mailTo, services } from "../services.mjs";

const PASSWORD = "nine quiet herons at dusk";

/** An authenticator in this page's browser, whose person touches it at once; in the field alone where a story says so. */
async function authenticator(page, { inField = false, ...options } = {}) {
  if (!inField) await page.addInitScript(() => { PublicKeyCredential.isConditionalMediationAvailable = async () => false; });
  const cdp = await page.context().newCDPSession(page);
  await cdp.send("WebAuthn.enable");
  const { authenticatorId } = await cdp.send("WebAuthn.addVirtualAuthenticator", {
    options: {
      protocol: "ctap2", transport: "internal", hasResidentKey: true, hasUserVerification: true, isUserVerified: true,
      automaticPresenceSimulation: true, ...options,
    },
  });
  const send = (method, fields = {}) => cdp.send(`WebAuthn.${method}`, { authenticatorId, ...fields });
  return {
    verifies: (isUserVerified) => send("setUserVerified", { isUserVerified }),
    credentials: async () => (await send("getCredentials")).credentials,
    add: (credential) => send("addCredential", { credential }),
    clear: () => send("clearCredentials"),
  };
}

async function signUp(page, testInfo) {
  const email = `${unique("key", testInfo)}@uni.example`;
  await page.goto("/signup");
  await page.getByLabel("Email").fill(email);
  await page.getByLabel("Name").fill("Noor van Dijk");
  await page.getByLabel("Password", { exact: true }).fill(PASSWORD);
  await page.getByRole("button", { name: "Create account" }).click();
  await expect(page.getByRole("button", { name: "Sign out" })).toBeVisible();
  return email;
}

async function addPasskey(page, name) {
  await visit(page, "/account/security");
  await page.getByLabel("Name of the passkey").first().fill(name);
  await page.getByRole("button", { name: "Add a passkey" }).click();
  await expect(page.getByText(`The passkey “${name}” is added.`)).toBeVisible();
}

async function signOut(page) {
  await page.getByRole("button", { name: "Sign out" }).click();
  await expect(page.getByRole("link", { name: "Sign in" }).first()).toBeVisible();
}

/** One ceremony by hand, as a script of the page would do it; `change` may bend the options. Answers what could be sent. */
function ceremony(page, path, change = {}) {
  return page.evaluate(async ([path, change]) => {
    const token = document.querySelector("meta[name=lectern-token]")?.content ?? document.querySelector("[name=_token]")?.value;
    const begun = await fetch(path, {
      method: "POST", headers: { accept: "application/json" }, body: new URLSearchParams(token ? { _token: token } : {}),
    });
    const { ceremony, options } = JSON.parse(await begun.json());
    const publicKey = { ...options.publicKey, ...change };
    const key = await navigator.credentials.get({ publicKey: PublicKeyCredential.parseRequestOptionsFromJSON(publicKey) });
    return { ceremony, credential: JSON.stringify(key.toJSON()), _token: token };
  }, [path, change]);
}

/** Sends what a ceremony came to, and answers the status. */
function send(page, path, fields) {
  return page.evaluate(async ([path, fields]) => {
    const answer = await fetch(path, { method: "POST", headers: { accept: "application/json" }, body: new URLSearchParams(fields) });
    return answer.status;
  }, [path, fields]);
}

test("from a new account to a passkey, signed out and back in with nothing typed", async ({ page, browser, baseURL }, testInfo) => {
  await authenticator(page);
  const email = await signUp(page, testInfo);
  await addPasskey(page, "Laptop");
  await expect(page.getByRole("heading", { name: "Your recovery codes" })).toBeVisible();
  await isAccessible(page);
  await page.getByRole("link", { name: "I have them" }).click();
  await expect(page.getByRole("heading", { name: "Laptop" })).toBeVisible();
  await signOut(page);

  await page.goto("/login?next=/account/sessions");
  await isAccessible(page);
  await page.getByRole("button", { name: "Use a passkey" }).click();
  await expect(page).toHaveURL(/\/account\/sessions$/);
  await expect(page.getByText("with a passkey")).toBeVisible();
  await page.goto("/account/security");
  await expect(page.getByText("Last used")).toBeVisible();

  // Another name, then away with it: the password stays as a way in, and what was signed in elsewhere ends.
  const other = await browser.newContext({ baseURL });
  const elsewhere = await other.newPage();
  await signIn(elsewhere, email, PASSWORD);
  await page.getByText("Rename Laptop").click();
  await page.getByLabel("Name of the passkey").first().fill("Old laptop");
  await page.getByRole("button", { name: "Save name" }).click();
  await expect(page.getByRole("heading", { name: "Old laptop" })).toBeVisible();
  await page.getByRole("button", { name: "Remove Old laptop" }).click();
  await page.getByRole("button", { name: "Remove this passkey" }).click();
  await expect(page.getByText("The passkey “Old laptop” is removed here.")).toContainText("Your other sign-in ended.");
  await elsewhere.goto("/account");
  await expect(elsewhere).toHaveURL(/\/login/);
  await other.close();
  await signOut(page);
  await page.goto("/login");
  await page.getByRole("button", { name: "Use a passkey" }).click();
  await expect(page.getByRole("link", { name: /We do not know that passkey/ })).toBeVisible();
  await isAccessible(page);
});

test("a second key asks its person to show the first, and a name before the device makes one", async ({ page }, testInfo) => {
  const device = await authenticator(page);
  const email = await signUp(page, testInfo);
  await visit(page, "/account/security");
  await page.getByLabel("Name of the passkey").first().fill("");
  await page.getByRole("button", { name: "Add a passkey" }).click();
  await expect(page.getByRole("link", { name: "Enter a name of the passkey" })).toBeVisible();
  expect(await device.credentials()).toHaveLength(0);
  await addPasskey(page, "Laptop");
  await signOut(page);
  await page.goto("/login");
  await page.getByLabel("Email").fill(email);
  await page.getByLabel("Password", { exact: true }).fill(PASSWORD);
  await page.getByRole("main").getByRole("button", { name: "Sign in", exact: true }).click();
  await visit(page, "/account/security");
  await page.getByRole("button", { name: "Add a passkey" }).click();
  await expect(page.getByRole("heading", { name: "Show that it is you" })).toBeVisible();
  await page.getByRole("button", { name: "Use a passkey" }).click();
  await expect(page).toHaveURL(/\/account\/security$/);
});

test("a passkey stands in for the code, and its person is told of a new place", async ({ browser }) => {
  const at = await services("mail");
  const server = await start({ LECTERN_SMTP_URL: at.mail, LECTERN_TRUSTED_PROXIES: "127.0.0.1" });
  const from = (address, userAgent) => browser.newContext({
    baseURL: server.origin, userAgent, extraHTTPHeaders: { "x-forwarded-for": address },
  });
  try {
    const page = await (await from("203.0.113.1")).newPage();
    const device = await authenticator(page);
    const passwordSignIn = async (page, remember = false) => {
      await visit(page, "/login");
      if (remember) await page.getByLabel("Stay signed in on this device").check();
      await page.getByLabel("Email").fill("student@lectern.example");
      await page.getByLabel("Password", { exact: true }).fill("correct-lectern-demo");
      await page.getByRole("main").getByRole("button", { name: "Sign in", exact: true }).click();
    };
    // What was signed in without it ends when it is added.
    const before = await (await from("203.0.113.1")).newPage();
    await passwordSignIn(before);
    await passwordSignIn(page);
    await addPasskey(page, "Laptop");
    await expect(page.getByText("Your other sign-in ended.")).toBeVisible();
    await before.goto("/account");
    await expect(before).toHaveURL(/\/login/);
    await page.goto("/account/security");
    await page.getByRole("button", { name: "Set up a code app" }).click();
    const key = await page.locator("code.key").textContent();
    await page.getByLabel("Code", { exact: true }).fill(await appCode(key));
    await page.getByRole("button", { name: "Set it up" }).click();
    await page.getByRole("link", { name: "I have them" }).click();
    await signOut(page);

    await passwordSignIn(page, true);
    await expect(page.getByRole("heading", { name: "Your second step" })).toBeVisible();
    await isAccessible(page);
    await page.getByRole("button", { name: "Use a passkey" }).click();
    await expect(page.getByRole("button", { name: "Sign out" })).toBeVisible();
    await page.goto("/account/sessions");
    await expect(page.getByText("with a passkey")).toBeVisible();
    // What was ticked with the password counts: the cookie outlives the browser.
    const kept = (await page.context().cookies()).find((cookie) => cookie.name === "lectern");
    expect(kept.expires).toBeGreaterThan(Date.now() / 1000 + 7 * 86_400);

    const elsewhere = await (await from("198.51.100.7", "Mozilla/5.0 (X11; Linux x86_64; rv:140.0) Gecko/20100101 Firefox/140.0")).newPage();
    const carried = await authenticator(elsewhere);
    for (const credential of await device.credentials()) await carried.add(credential);
    await visit(elsewhere, "/login");
    await elsewhere.getByRole("button", { name: "Use a passkey" }).click();
    await expect(elsewhere.getByRole("button", { name: "Sign out" })).toBeVisible();
    const notice = await mailTo(at.received, "student@lectern.example", "Somebody signed in from a new place");
    expect(notice).toContain("From: 198.51.100.7, Firefox on Linux.");
  } finally {
    server.stop();
    at.stop();
  }
});

test("the device offers it in the field for the address", async ({ page }, testInfo) => {
  await authenticator(page, { inField: true });
  await signUp(page, testInfo);
  await addPasskey(page, "Laptop");
  await signOut(page);
  // Its person picks it from the list of the field, which the virtual device does by itself.
  await page.goto("/login?next=/account");
  await expect(page.getByRole("heading", { name: "Your account", exact: true })).toBeVisible();
});

// ASVS 6.5.7
test("a device that did not check its person is refused, by itself and by us", async ({ page }, testInfo) => {
  const device = await authenticator(page);
  await signUp(page, testInfo);
  await addPasskey(page, "Laptop");
  await signOut(page);
  await device.verifies(false);
  await page.goto("/login");
  await page.getByRole("button", { name: "Use a passkey" }).click();
  await expect(page.getByText("Your device gave none.")).toBeVisible();
  // A page of somebody else's making could ask for less than we do.
  const less = await ceremony(page, "/fn/begin_passkey_sign_in", { userVerification: "discouraged" });
  expect(await send(page, "/fn/sign_in_with_passkey", less)).toBe(422);
  await page.goto("/account");
  await expect(page).toHaveURL(/\/login/);
});

// ASVS 6.7.1, 6.7.2
test("an answer works once, in the browser that asked, for what it was asked for", async ({ page, browser, baseURL }, testInfo) => {
  await authenticator(page);
  await signUp(page, testInfo);
  await addPasskey(page, "Laptop");
  const proof = await ceremony(page, "/fn/begin_passkey_proof");
  await signOut(page);
  await page.goto("/login");
  const once = await ceremony(page, "/fn/begin_passkey_sign_in");
  // What proves somebody who is signed in signs nobody in.
  expect(await send(page, "/fn/sign_in_with_passkey", { ...proof, _token: once._token })).toBe(422);
  const other = await browser.newContext({ baseURL });
  const elsewhere = await other.newPage();
  await elsewhere.goto("/login");
  const token = await elsewhere.locator("[name=_token]").first().inputValue();
  expect(await send(elsewhere, "/fn/sign_in_with_passkey", { ...once, _token: token })).toBe(422);
  await other.close();
  expect(await send(page, "/fn/sign_in_with_passkey", once)).toBe(200);
  expect(await send(page, "/fn/sign_in_with_passkey", once)).toBe(422);
});

// ASVS 6.7.1
test("a key whose counter went back may be a copy, and is stopped", async ({ page }, testInfo) => {
  const device = await authenticator(page);
  const email = await signUp(page, testInfo);
  await addPasskey(page, "Laptop");
  const [copy] = await device.credentials();
  await signOut(page);
  await page.goto("/login");
  await page.getByRole("button", { name: "Use a passkey" }).click();
  await expect(page.getByRole("button", { name: "Sign out" })).toBeVisible();
  const [used] = await device.credentials();
  expect(used.signCount).toBeGreaterThan(copy.signCount);
  await device.clear();
  await device.add({ ...copy, signCount: 0 });
  await signOut(page);
  await page.goto("/login");
  await page.getByRole("button", { name: "Use a passkey" }).click();
  await expect(page.getByRole("link", { name: /We do not know that passkey/ })).toBeVisible();
  await page.getByLabel("Email").fill(email);
  await page.getByLabel("Password", { exact: true }).fill(PASSWORD);
  await page.getByRole("main").getByRole("button", { name: "Sign in" }).click();
  await visit(page, "/account/security");
  await expect(page.getByText("There may be a copy of it. Remove it and make another.")).toBeVisible();
});

test("a page at another address gets nothing that we take", async ({ page, baseURL }, testInfo) => {
  const device = await authenticator(page);
  await signUp(page, testInfo);
  await addPasskey(page, "Laptop");
  await signOut(page);
  await page.goto("/login");
  // The challenge is ours; a page on another port of this machine has it opened, as a phishing page would.
  const begun = await page.evaluate(async () => {
    const token = document.querySelector("[name=_token]").value;
    const answer = await fetch("/fn/begin_passkey_sign_in", { method: "POST", headers: { accept: "application/json" }, body: new URLSearchParams({ _token: token }) });
    return { ...JSON.parse(await answer.json()), token };
  });
  const phishing = createServer((_, response) => response.end("<title>Lectern</title>"));
  await new Promise((resolve) => phishing.listen(0, "127.0.0.1", resolve));
  try {
    const away = await page.context().newPage();
    expects(away, new RegExp(`http://localhost:${phishing.address().port}/`));
    const elsewhere = await authenticator(away);
    for (const credential of await device.credentials()) await elsewhere.add(credential);
    await away.goto(`http://localhost:${phishing.address().port}/`);
    const credential = await away.evaluate(async (publicKey) => {
      const key = await navigator.credentials.get({ publicKey: PublicKeyCredential.parseRequestOptionsFromJSON(publicKey) });
      return JSON.stringify(key.toJSON());
    }, begun.options.publicKey);
    expect(await send(page, "/fn/sign_in_with_passkey", { ceremony: begun.ceremony, credential, _token: begun.token })).toBe(422);
    await away.close();
  } finally {
    phishing.close();
  }
});

test("somebody else's passkey proves nothing here, one's own does", async ({ page, browser, baseURL }, testInfo) => {
  const other = await browser.newContext({ baseURL });
  const eve = await other.newPage();
  const hers = await authenticator(eve);
  await signUp(eve, testInfo);
  await addPasskey(eve, "Eve's");
  const device = await authenticator(page);
  await signUp(page, testInfo);
  await addPasskey(page, "Laptop");
  const [mine] = await device.credentials();
  await device.clear();
  for (const credential of await hers.credentials()) await device.add(credential);
  await page.goto("/prove?next=/account");
  const wrong = await ceremony(page, "/fn/begin_passkey_proof");
  expect(await send(page, "/fn/prove_with_passkey", wrong)).toBe(422);
  await device.clear();
  await device.add(mine);
  await page.goto("/prove?next=/account");
  const right = await ceremony(page, "/fn/begin_passkey_proof");
  expect(await send(page, "/fn/prove_with_passkey", right)).toBe(200);
  await other.close();
});
