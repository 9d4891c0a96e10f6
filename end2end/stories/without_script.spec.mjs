// What a page says that can do something with a script alone.
import { expect, signIn, test } from "../fixtures/index.mjs";

test("where passkeys cannot work, the page says so and everything else does", async ({ page, javaScriptEnabled }) => {
  await page.goto("/login");
  if (javaScriptEnabled === false) {
    // Searches by text pass over what stands for browsers without scripts.
    await expect(page.locator("noscript p")).toHaveText("A passkey needs JavaScript. Every other way here does without.");
    await expect(page.locator("noscript p")).toBeVisible();
    await expect(page.getByRole("button", { name: "Use a passkey" })).toHaveCount(0);
  }
  await signIn(page, javaScriptEnabled === false ? "student17@lectern.example" : "student18@lectern.example");
  await expect(page.getByRole("button", { name: "Sign out" })).toBeVisible();
});

test("a browser without passkeys is told plainly", async ({ page, javaScriptEnabled }) => {
  if (javaScriptEnabled === false) return;
  await page.addInitScript(() => delete globalThis.PublicKeyCredential);
  await page.goto("/login");
  await expect(page.getByText("This browser cannot use passkeys. Use another way, or a newer browser.")).toBeVisible();
  await expect(page.getByRole("button", { name: "Use a passkey" })).toBeHidden();
});
