// Every way in but passkeys, from nothing to signed in and back out, with and without a script.
import { expect, expects, isAccessible, test as base, unique, visit } from "../fixtures/index.mjs";
import { start } from "../server.mjs";
import { appCode, mailTo, services } from "../services.mjs";

const PASSWORD = "nine quiet herons at dusk";
const ANOTHER = "eleven loud geese at dawn";

// One site with everything for all of these; each story has people of its own.
const test = base.extend({
  everything: [async ({}, use) => {
    const at = await services("mail", "sms", "provider");
    const server = await start({
      LECTERN_SMTP_URL: at.mail,
      LECTERN_SMS_URL: `${at.sms}/send`,
      LECTERN_SMS_HEADER: "X-Key: sms-secret-for-tests",
      LECTERN_PROVIDERS: "campus",
      LECTERN_PROVIDER_CAMPUS_ISSUER: at.provider,
      LECTERN_PROVIDER_CAMPUS_LABEL: "Campus",
      LECTERN_PROVIDER_CAMPUS_ID: "lectern",
      LECTERN_PROVIDER_CAMPUS_SECRET: "provider-secret-for-tests",
      LECTERN_PROVIDER_CAMPUS_PRIVATE: "1",
    });
    await use({ ...at, origin: server.origin });
    server.stop();
    at.stop();
  }, { scope: "worker" }],
  /** A browser at that site. */
  at: async ({ everything, browser, javaScriptEnabled }, use) => {
    const context = await browser.newContext({ baseURL: everything.origin, javaScriptEnabled });
    const page = await context.newPage();
    await use(page);
    await context.close();
  },
});

const main = (page) => page.getByRole("main");

async function signOut(page) {
  await page.getByRole("button", { name: "Sign out" }).click();
  await expect(page.getByRole("link", { name: "Sign in" }).first()).toBeVisible();
}

async function isIn(page) {
  await expect(page.getByRole("button", { name: "Sign out" })).toBeVisible();
}

/** Signs up with the link that is really sent. */
async function signUp(page, { received, origin }, email) {
  await visit(page, "/signup");
  await page.getByLabel("Email").fill(email);
  await page.getByLabel("Name").fill("Noor van Dijk");
  await page.getByLabel("Password", { exact: true }).fill(PASSWORD);
  await page.getByRole("button", { name: "Create account" }).click();
  await expect(page.getByRole("heading", { name: "Look into your mail" })).toBeVisible();
  await isAccessible(page);
  const mail = await mailTo(received, email, "Open your account");
  await page.goto(mail.match(new RegExp(`${origin}/welcome/\\S+`))[0]);
  await isAccessible(page);
  await page.getByRole("button", { name: "Open account" }).click();
  await isIn(page);
}

async function passwordSignIn(page, email, password = PASSWORD) {
  await visit(page, "/login");
  await page.getByLabel("Email").fill(email);
  await page.getByLabel("Password", { exact: true }).fill(password);
  await main(page).getByRole("button", { name: "Sign in", exact: true }).click();
}

test("a new account by mail, a forgotten password, and what was not me", async ({ at: page, everything }, testInfo) => {
  const email = `${unique("mail", testInfo)}@uni.example`;
  await signUp(page, everything, email);
  await visit(page, "/account/security");
  await expect(page.getByText("Confirmed").first()).toBeVisible();
  await signOut(page);

  await page.goto("/login");
  await page.getByRole("link", { name: "I forgot my password" }).click();
  await isAccessible(page);
  await page.getByLabel("Email").fill(email);
  await page.getByRole("button", { name: "Send the link" }).click();
  await expect(page.getByText("If there is an account with that address")).toBeVisible();
  const reset = await mailTo(everything.received, email, "Set a new password");
  await page.goto(reset.match(/http\S+\/reset\/\S+/)[0]);
  await isAccessible(page);
  await page.getByLabel("New password", { exact: true }).fill(ANOTHER);
  await page.getByRole("button", { name: "Set password" }).click();
  await expect(page.getByText("Your new password is set. Sign in with it.")).toBeVisible();
  await passwordSignIn(page, email, ANOTHER);
  await isIn(page);

  const notice = await mailTo(everything.received, email, "Your password was set anew");
  await page.goto(notice.match(/http\S+\/not-me\/\S+/)[0]);
  await isAccessible(page);
  await page.getByRole("button", { name: "This was not me" }).click();
  await expect(page.getByRole("heading", { name: "The account is closed for now" })).toBeVisible();
  await isAccessible(page);
  await passwordSignIn(page, email, ANOTHER);
  await expect(page.getByRole("link", { name: /This account is closed for now/ })).toBeVisible();
});

test("another email address, and the way back from it", async ({ at: page, everything }, testInfo) => {
  const [email, other] = [`${unique("old", testInfo)}@uni.example`, `${unique("new", testInfo)}@uni.example`];
  await signUp(page, everything, email);
  await page.goto("/account/security");
  await page.getByText("Change it").click();
  await page.getByLabel("New email").fill(other);
  await page.getByRole("button", { name: "Change address" }).click();
  await expect(page.getByText(`A link waits at ${other}`)).toBeVisible();
  await isAccessible(page);
  const link = await mailTo(everything.received, other, "Confirm your new email address");
  await page.goto(link.match(/http\S+\/new-address\/\S+/)[0]);
  await isAccessible(page);
  await page.getByRole("button", { name: "Use this address" }).click();
  await expect(page.getByText(`Your email address is ${other} from now on.`)).toBeVisible();
  const undo = await mailTo(everything.received, email, "Your email address was changed");
  await page.goto(undo.match(/http\S+\/not-me\/\S+/)[0]);
  await expect(page.getByText(`It gets back its old address, ${email}.`)).toBeVisible();
  await page.getByRole("button", { name: "This was not me" }).click();
  await mailTo(everything.received, email, "Set a new password");
});

test("a code by mail, and one by text message", async ({ at: page, everything }, testInfo) => {
  const email = `${unique("code", testInfo)}@uni.example`;
  await signUp(page, everything, email);
  const number = `+4917${String(Date.now()).slice(-7)}${testInfo.project.name === "plain" ? 11 : 12}`;
  await page.goto("/account/security");
  await page.getByLabel("Telephone number").fill(number);
  await page.getByRole("button", { name: "Send a code" }).click();
  await isAccessible(page);
  const sent = async () => {
    for (let tries = 0; tries < 100; tries += 1) {
      const all = await (await fetch(`${everything.sms}/sent?to=${encodeURIComponent(number)}`)).json();
      if (all.length) return all.at(-1).text.slice(0, 6);
      await new Promise((resolve) => setTimeout(resolve, 50));
    }
    throw new Error("no text message");
  };
  await page.getByLabel("Code", { exact: true }).fill(await sent());
  await page.getByRole("button", { name: "Confirm the number" }).click();
  await expect(page.getByText("Your number is confirmed.")).toBeVisible();
  await signOut(page);

  await page.goto("/login");
  await page.getByRole("link", { name: "Send me a code" }).click();
  await isAccessible(page);
  await page.getByLabel("Email").fill(email);
  await page.getByRole("button", { name: "Send it by mail" }).click();
  await expect(page.getByRole("heading", { name: "Enter the code" })).toBeVisible();
  await isAccessible(page);
  const mail = await mailTo(everything.received, email, "Your code to sign in");
  await page.getByLabel("Code", { exact: true }).fill("000000");
  await main(page).getByRole("button", { name: "Sign in" }).click();
  await expect(page.getByRole("link", { name: /This is not the code that we sent last/ })).toBeVisible();
  await isAccessible(page);
  await page.getByLabel("Code", { exact: true }).fill(mail.match(/^ {4}(\d{6})/m)[1]);
  await main(page).getByRole("button", { name: "Sign in" }).click();
  await isIn(page);
  await page.goto("/account/sessions");
  await expect(page.getByText("with a code by mail")).toBeVisible();
  await signOut(page);
});

test("a code app, its recovery codes, and away with it", async ({ at: page, everything }, testInfo) => {
  test.setTimeout(120_000);
  const email = `${unique("app", testInfo)}@uni.example`;
  await signUp(page, everything, email);
  await page.goto("/account/security");
  await page.getByRole("button", { name: "Set up a code app" }).click();
  await isAccessible(page);
  const key = await page.locator("code.key").textContent();
  await page.getByLabel("Code", { exact: true }).fill(await appCode(key, -30));
  await page.getByRole("button", { name: "Set it up" }).click();
  await expect(page.getByRole("heading", { name: "Your recovery codes" })).toBeVisible();
  await isAccessible(page);
  const recovery = await page.locator(".codes code").first().textContent();
  await page.getByRole("link", { name: "I have them" }).click();
  await expect(page.getByText("In use")).toBeVisible();
  await isAccessible(page);
  await signOut(page);

  await passwordSignIn(page, email);
  await expect(page.getByRole("heading", { name: "Your second step" })).toBeVisible();
  await isAccessible(page);
  await page.getByLabel("Code", { exact: true }).fill("000000");
  await main(page).getByRole("button", { name: "Sign in" }).click();
  await expect(page.getByRole("link", { name: /This code is wrong, or was used before/ })).toBeVisible();
  await isAccessible(page);
  await page.getByLabel("Code", { exact: true }).fill(await appCode(key));
  await main(page).getByRole("button", { name: "Sign in" }).click();
  await isIn(page);
  await signOut(page);

  await passwordSignIn(page, email);
  await page.getByLabel("Code", { exact: true }).fill(recovery.toLowerCase());
  await main(page).getByRole("button", { name: "Sign in" }).click();
  await expect(page.getByText("You used a recovery code. 9 are left.")).toBeVisible();
  await page.goto("/account/security");
  await page.getByRole("button", { name: "Remove the code app" }).click();
  await page.getByRole("button", { name: "Remove it" }).click();
  await expect(page.getByText("The code app is removed.")).toBeVisible();
  await signOut(page);
  await passwordSignIn(page, email);
  await isIn(page);
});

test("an account elsewhere", async ({ at: page, everything }, testInfo) => {
  // The way there and back, and what its own pages are like.
  expects(page, new RegExp(everything.provider));
  const login = unique("campus", testInfo).toLowerCase();
  const away = async () => {
    await page.getByLabel("Login").fill(login);
    await page.getByRole("button", { name: "Sign in" }).click();
  };
  await page.goto("/login?next=/courses");
  await page.getByRole("link", { name: "Sign in with Campus" }).click();
  await away();
  await expect(page).toHaveURL(/\/courses$/);
  await isIn(page);
  await expect(page.getByText("Your account is ready, and you are signed in.")).toBeVisible();
  await visit(page, "/account/security");
  await expect(page.getByText(`Campus: ${login}@people.example`)).toBeVisible();
  await page.getByRole("button", { name: "Remove Campus" }).click();
  await page.getByRole("button", { name: "Remove it" }).click();
  await expect(page.getByRole("heading", { name: "This is your last way in" })).toBeVisible();
  await isAccessible(page);
  await signOut(page);
  await page.goto("/login");
  await page.getByRole("link", { name: "Sign in with Campus" }).click();
  await away();
  await isIn(page);
  await signOut(page);
});
