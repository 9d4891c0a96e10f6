// Programs that act for people: a token made by hand, an app that is let in, and the lab that takes both kinds apart.
import { expect, isAccessible, signIn, test, unique, visit } from "../fixtures/index.mjs";

const api = (request, token) => ({
  get: (path) => request.get(path, { headers: { authorization: `Bearer ${token}` } }),
});

/** A request without the browser's cookies, as a program sends it. */
async function program(playwright, baseURL) {
  return playwright.request.newContext({ baseURL, storageState: { cookies: [], origins: [] }, userAgent: "story/1" });
}

test("somebody makes a token, a script uses it, and it is revoked", async ({ page, playwright, baseURL }, testInfo) => {
  await signIn(page, "student20@lectern.example");
  await visit(page, "/account");
  await page.getByRole("link", { name: "Your tokens" }).click();
  await expect(page.getByRole("heading", { level: 1, name: "Your tokens" })).toBeVisible();
  await isAccessible(page);
  const name = unique("Grades", testInfo);
  await page.getByRole("button", { name: "Make token" }).click();
  await expect(page.getByRole("heading", { name: "Check two things" })).toBeVisible();
  await isAccessible(page);
  await page.getByLabel("Name", { exact: true }).fill(name);
  await page.getByLabel("Good for").selectOption("A year");
  await page.getByLabel("See your name, address, sign-ins and tokens").check();
  await page.getByLabel("See the courses and lessons that you can see").check();
  await page.getByRole("button", { name: "Make token" }).click();
  await expect(page.getByRole("heading", { level: 1, name: "Your new token" })).toBeVisible();
  await isAccessible(page);
  const token = await page.locator("code.token").textContent();
  const script = await program(playwright, baseURL);
  const me = await api(script, token).get("/api/v1/me");
  expect((await me.json()).email).toBe("student20@lectern.example");
  await page.reload();
  await expect(page.getByText("It was shown once")).toBeVisible();
  await page.getByRole("link", { name: "Your tokens", exact: true }).last().click();
  await isAccessible(page);
  await page.getByRole("button", { name: `Revoke ${name}` }).click();
  await expect(page.getByText(`${name} is revoked`)).toBeVisible();
  expect((await api(script, token).get("/api/v1/me")).status()).toBe(401);
  await script.dispose();
});

test("an app shows a code, its person lets it in, and ends it where they are signed in", async ({ page, playwright, baseURL }, testInfo) => {
  const script = await program(playwright, baseURL);
  const client = unique("cli", testInfo);
  const asked = await script.post("/api/v1/device-authorization", { form: { client_id: client, scope: "account:read courses:read" } });
  const { device_code, user_code, verification_uri } = await asked.json();
  await signIn(page, "student21@lectern.example");
  await visit(page, new URL(verification_uri).pathname);
  await page.getByLabel("Code").fill("BBBB-BBBB");
  await page.getByRole("button", { name: "Go on" }).click();
  await expect(page.getByText("No app waits with this code")).toBeVisible();
  await isAccessible(page);
  await page.getByLabel("Code").fill(user_code.toLowerCase());
  await page.getByRole("button", { name: "Go on" }).click();
  await expect(page.getByRole("heading", { level: 1, name: `Let ${client} in?` })).toBeVisible();
  await isAccessible(page);
  await page.getByRole("button", { name: "Let it in" }).click();
  await expect(page.getByText(`${client} is let in.`)).toBeVisible();
  const grant_type = "urn:ietf:params:oauth:grant-type:device_code";
  const got = await script.post("/api/v1/token", { form: { grant_type, device_code, client_id: client } });
  const { access_token } = await got.json();
  expect((await api(script, access_token).get("/api/v1/me")).status()).toBe(200);
  await visit(page, "/account/sessions");
  await page.getByRole("button", { name: `End ${client}` }).click();
  await expect(page.getByText(`${client} is signed out.`)).toBeVisible();
  expect((await api(script, access_token).get("/api/v1/me")).status()).toBe(401);
  await script.dispose();
});

for (const who of ["a visitor", "somebody who is signed in"]) {
  test(`${who} takes sessions and tokens apart in the lab`, async ({ page, javaScriptEnabled }) => {
    if (who !== "a visitor") await signIn(page, "student22@lectern.example");
    await visit(page, "/");
    await page.getByRole("navigation", { name: "Site" }).getByRole("link", { name: "Lab" }).click();
    await expect(page.getByRole("heading", { level: 1, name: "Two ways to stay signed in" })).toBeVisible();
    await isAccessible(page);
    await page.getByRole("button", { name: /^Measure/ }).click();
    await expect(page.getByRole("rowheader", { name: "Token, ES256, its signature alone" })).toBeVisible();
    await isAccessible(page);
    await page.getByRole("button", { name: "Time it" }).click();
    await expect(page.locator("[data-watch=session]")).toHaveText(/^\d+(\.\d)?$/);
    if (javaScriptEnabled === false) {
      await expect(page).toHaveURL(/\/lab\?timed=/);
      await expect(page.locator("[data-watch=alone]")).toHaveText(/^(10:00|9:5\d)$/);
    } else {
      await expect(page).toHaveURL(/\/lab(#\w+)?$/);
      await expect(page.getByText("Three are refused.")).toBeVisible();
      await expect(page.getByText("Now the fourth has ended as well")).toBeVisible({ timeout: 20_000 });
      await expect(page.locator("[data-watch=alone]")).toHaveText("0:00");
    }
    await isAccessible(page);
    await page.getByLabel("An app on a telephone").check();
    await page.getByLabel("At services that share no database").check();
    await page.getByLabel("At the next request").check();
    await page.getByRole("button", { name: "Which one?" }).click();
    await expect(page.getByRole("heading", { name: "Short tokens, renewed" })).toBeVisible();
    await isAccessible(page);
  });
}

test("the API is described for people", async ({ page }) => {
  await visit(page, "/");
  await page.getByRole("contentinfo").getByRole("link", { name: "API" }).click();
  await expect(page.getByRole("heading", { level: 1, name: "The API" })).toBeVisible();
  await page.getByRole("link", { name: "Make a course" }).click();
  await page.locator("#make_course").getByText("Fields and answers").click();
  await expect(page.locator("#make_course").getByRole("rowheader", { name: "title" }).first()).toBeVisible();
  await isAccessible(page);
});
