// What a person takes along, and how they go.
import { readFileSync } from "node:fs";
import { expect, isAccessible, test, unique } from "../fixtures/index.mjs";

const PASSWORD = "nine quiet herons at dusk";

test("a person downloads their data, reads what happened, and deletes their account", async ({ page }, testInfo) => {
  const name = unique("robin", testInfo);
  await page.goto("/signup");
  await page.getByLabel("Email").fill(`${name}@uni.example`);
  await page.getByLabel("Name").fill(name);
  await page.getByLabel("Password", { exact: true }).fill(PASSWORD);
  await page.getByRole("button", { name: "Create account" }).click();
  await page.goto("/account");
  const [download] = await Promise.all([page.waitForEvent("download"), page.getByRole("link", { name: "Download your data" }).click()]);
  expect(download.suggestedFilename()).toBe("lectern-my-data.json");
  expect(JSON.parse(readFileSync(await download.path(), "utf8")).account.email).toBe(`${name}@uni.example`);

  await page.getByRole("link", { name: "What happened to your account" }).click();
  await isAccessible(page);
  await expect(page.getByText("Data taken out")).toBeVisible();
  await page.getByRole("link", { name: "Your account" }).click();

  await page.getByRole("button", { name: "Delete account" }).click();
  await page.getByLabel("Your email address, to confirm").fill("somebody@else.example");
  await page.getByRole("button", { name: "Delete it for good" }).click();
  await expect(page.getByRole("link", { name: "Type your own email address" })).toBeVisible();
  await isAccessible(page);
  await page.getByLabel("Your email address, to confirm").fill(`${name}@uni.example`);
  await page.getByRole("button", { name: "Delete it for good" }).click();
  await expect(page.getByText("Your account is deleted.")).toBeVisible();
  await expect(page.getByRole("link", { name: "Sign in" })).toBeVisible();
});
