// Another term: a course is copied with its dates moved, taken out as a folder and brought in again, and taken along to be read.
import { expect, isAccessible, publishedCourse, signIn, test, unique, visit } from "../fixtures/index.mjs";

test("a course is copied, taken out, brought in, and read offline", async ({ page }, testInfo) => {
  await signIn(page, "second.instructor@lectern.example");
  const title = unique("Rivers", testInfo);
  const course = await publishedCourse(page, title);
  await visit(page, `${course}/lessons/new`);
  await page.getByLabel("Title").fill("The delta");
  await page.getByRole("textbox", { name: "Text", exact: true }).fill("Where it **ends**.");
  await page.getByLabel("Students can read it").check();
  await page.getByLabel("From (optional)").fill("2031-03-03T08:00");
  await page.getByRole("button", { name: "Add lesson" }).click();

  await visit(page, `${course}/edit`);
  await isAccessible(page);
  await page.getByRole("link", { name: "Copy for another term" }).click();
  await expect(page.getByText("first date is Monday 3 March 2031, 08:00")).toBeVisible();
  await isAccessible(page);
  await page.getByLabel("Title").fill(`${title} again`);
  await page.getByLabel("Begins about (optional)").fill("2031-10-08");
  await page.getByRole("button", { name: "Show the dates" }).click();
  await expect(page.getByRole("row", { name: /The delta/ })).toContainText("Monday 6 October 2031, 08:00");
  await isAccessible(page);
  await page.getByRole("button", { name: "Make the copy" }).click();
  await expect(page.getByRole("status").first()).toContainText("The copy is here, as a draft that only you see.");
  await expect(page.getByText("Opens Monday 6 October 2031, 08:00")).toBeVisible();
  await isAccessible(page);

  await page.getByRole("navigation", { name: "This course" }).getByRole("link", { name: "Settings" }).click();
  const [download] = await Promise.all([page.waitForEvent("download"), page.getByRole("link", { name: "Download as a folder (zip)" }).click()]);
  const zip = await download.path();
  await visit(page, "/courses/new");
  await page.getByRole("link", { name: "Import a course" }).click();
  await isAccessible(page);
  await page.getByRole("button", { name: "Import" }).click();
  await expect(page.getByRole("alert")).toContainText("Choose a file");
  await isAccessible(page);
  const wrong = { name: "notes.zip", mimeType: "application/zip", buffer: Buffer.from("no zip") };
  await page.getByLabel("The folder, as a zip").setInputFiles(wrong);
  await page.getByRole("button", { name: "Import" }).click();
  await expect(page.getByRole("alert")).toContainText("this is no zip that can be read");
  await page.getByLabel("The folder, as a zip").setInputFiles(zip);
  await page.getByRole("button", { name: "Import" }).click();
  await expect(page.getByRole("status").first()).toContainText("The course is here, as a draft that only you see.");
  await page.getByRole("link", { name: /The delta/ }).click();
  await expect(page.locator("article strong")).toHaveText("ends");

  await visit(page, course);
  const [offline] = await Promise.all([page.waitForEvent("download"), page.getByRole("link", { name: "Download to read offline (zip)" }).click()]);
  expect(offline.suggestedFilename()).toMatch(/-to-read\.zip$/);
  expect(await offline.failure()).toBeNull();
});
