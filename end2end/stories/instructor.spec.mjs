// An instructor makes a course from nothing to its end.
import { expect, isAccessible, signIn, test, unique, visit } from "../fixtures/index.mjs";

test("an instructor writes, publishes, runs and concludes a course", async ({ page }, testInfo) => {
  const title = unique("Rivers", testInfo);
  await signIn(page, "instructor@lectern.example");
  await isAccessible(page);
  await page.getByRole("button", { name: "New course" }).click();
  await isAccessible(page);
  await page.getByLabel("Summary").fill("How water finds its way.");
  await page.getByLabel("Description").fill("## Plan\n\nWe walk along one river a week.");
  await page.getByRole("button", { name: "Create course" }).click();
  await expect(page.getByRole("heading", { name: "Check one thing" })).toBeVisible();
  await expect(page.getByLabel("Description")).toHaveValue("## Plan\n\nWe walk along one river a week.");
  await isAccessible(page);
  await page.getByLabel("Title").fill(title);
  await page.getByRole("button", { name: "Create course" }).click();
  await expect(page.getByText("Only staff see this.")).toBeVisible();
  const course = new URL(page.url()).pathname;

  for (const lesson of ["The spring", "The mouth"]) {
    await page.goto(course);
    await page.getByRole("link", { name: "Add a lesson" }).click();
    await isAccessible(page);
    await page.getByLabel("Title").fill(lesson);
    await page.getByLabel("Summary").fill("Where it comes from.");
    await page.getByLabel("Text").fill("Water **begins**.\n\n| a | b |\n|---|---|\n| 1 | 2 |\n\n```text\nflow\n```\n\n## First\n\n## Second");
    await page.getByLabel("Students can read it").check();
    await page.getByRole("button", { name: "Add lesson" }).click();
    await expect(page.getByRole("heading", { level: 1, name: lesson })).toBeVisible();
    await isAccessible(page);
  }

  await page.goto(course);
  await page.getByRole("button", { name: "Publish" }).click();
  await expect(page.getByRole("status").first()).toContainText("The course is published.");
  await isAccessible(page);

  await page.getByRole("link", { name: "Arrange lessons" }).click();
  await isAccessible(page);
  await page.getByRole("button", { name: "Up The mouth" }).click();
  await expect(page.getByRole("status").first()).toContainText("The mouth moved up.");
  await expect(page.getByRole("listitem").filter({ hasText: "1. The mouth" })).toBeVisible();

  await page.getByRole("link", { name: "Settings" }).click();
  await isAccessible(page);
  await page.getByLabel("Summary").fill("How water finds its way to the sea.");
  await page.getByRole("button", { name: "Save changes" }).click();
  await expect(page.getByRole("status").first()).toContainText("Changes saved.");

  await page.getByRole("link", { name: "People" }).click();
  await expect(page.getByRole("heading", { name: "Nobody has joined yet" })).toBeVisible();
  await page.getByLabel("Email", { exact: true }).fill("student02@lectern.example");
  await page.getByRole("button", { name: "Add to the course" }).click();
  await expect(page.getByRole("row", { name: /student02@lectern.example/ })).toBeVisible();
  await isAccessible(page);
  await page.getByRole("row", { name: /student02@lectern.example/ }).getByRole("link").click();
  await isAccessible(page);
  await page.getByLabel("Role").selectOption("assistant");
  await page.getByRole("button", { name: /^Save role/ }).click();
  await expect(page.getByRole("status").first()).toContainText("is now an assistant of the course.");
  await page.getByRole("button", { name: /^Remove/ }).click();
  await expect(page.getByRole("status").first()).toContainText("is not in the course any more.");

  await page.goto(`${course}/edit`);
  await page.getByRole("button", { name: "Conclude" }).click();
  await expect(page.getByText("This course is concluded.")).toBeVisible();
  await isAccessible(page);
  await page.locator("summary", { hasText: "Archive" }).click();
  await page.getByRole("button", { name: "Archive this course" }).click();
  await expect(page.getByText("This course is archived.")).toBeVisible();
  await visit(page, "/courses/sessions-and-tokens/people");
});
