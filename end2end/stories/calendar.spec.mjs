// The address of one's calendar: made, read by a program that is not signed in, renewed and removed.
import { expect, isAccessible, signIn, test, visit } from "../fixtures/index.mjs";

test("a person gives their calendar an address, another one, and none", async ({ page, request }, testInfo) => {
  const people = { script: "second.instructor@lectern.example", plain: "instructor@lectern.example" };
  await signIn(page, people[testInfo.project.name] ?? people.plain);
  await visit(page, "/account");
  await page.getByRole("link", { name: "Your calendar’s address" }).click();
  await isAccessible(page);
  const make = page.getByRole("button", { name: /Make an address|Give it a new address/ });
  await make.click();
  await isAccessible(page);
  const first = await page.getByLabel("Its address").inputValue();
  const read = await request.get(first);
  expect(read.status()).toBe(200);
  expect(await read.text()).toContain("BEGIN:VEVENT");
  await make.click();
  await expect(page.getByRole("status").first()).toContainText("The one before opens nothing any more.");
  expect(await page.getByLabel("Its address").inputValue()).not.toBe(first);
  expect((await request.get(first)).status()).toBe(404);
  await page.getByRole("button", { name: "Remove the address" }).click();
  await page.getByRole("button", { name: "Remove it" }).click();
  await expect(page.getByText("Your calendar has no address yet.")).toBeVisible();
  await isAccessible(page);
});
