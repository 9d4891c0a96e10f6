// From the registrar's file to the first lesson: a list is looked at, imported, and undone.
import { as, expect, isAccessible, publishedCourse, signIn, student as demo, test, unique, visit } from "../fixtures/index.mjs";

test("an instructor imports a file, and a student in it reads the first lesson", async ({ page, browser, baseURL }, testInfo) => {
  const student = demo(testInfo, { script: 24, plain: 25, phone: 3 });
  await signIn(page, "second.instructor@lectern.example");
  const course = await publishedCourse(page, unique("Streams", testInfo));
  await page.getByRole("link", { name: "People" }).click();
  await page.getByRole("link", { name: "Import a list" }).click();
  await isAccessible(page);
  await page.getByRole("button", { name: "Show what it changes" }).click();
  await expect(page.getByRole("heading", { name: "Check one thing" })).toBeVisible();
  await isAccessible(page);
  const rows = [
    "Nachname;Vorname;E-Mail;Gruppe",
    `Muster;Åsa;${student};A`,
    `New;Nina;nina.${testInfo.project.name}@lectern.example;A`,
    `Wrong;Row;not an address;B`,
  ];
  // As a spreadsheet of Western Europe saves it.
  const buffer = Buffer.from(rows.join("\r\n"), "latin1");
  await page.getByLabel("Or a file").setInputFiles({ name: "list.csv", mimeType: "text/csv", buffer });
  await page.getByRole("button", { name: "Show what it changes" }).click();
  await expect(page.getByRole("heading", { name: "What the list changes" })).toBeVisible();
  await expect(page.getByText("“not an address” is no email address")).toBeVisible();
  await isAccessible(page);
  // The heads are in German: the columns are told once.
  await page.getByLabel("Column 1: Nachname").selectOption("last");
  await page.getByLabel("Column 2: Vorname").selectOption("first");
  await page.getByRole("button", { name: "Read it again" }).click();
  await expect(page.getByRole("row", { name: /Nina New/ })).toBeVisible();
  await page.getByLabel("Pick Nina New").uncheck();
  await page.getByRole("button", { name: "Import what is ticked" }).click();
  await expect(page.getByRole("status").first()).toContainText("1 person was added.");
  await isAccessible(page);

  const one = await as(browser, baseURL, page, student);
  await visit(one, `${course}/lessons/the-spring`);
  await expect(one.getByRole("heading", { name: "The spring" })).toBeVisible();

  await page.goto(`${course}/roster`);
  await page.getByRole("button", { name: "Undo this import" }).click();
  await page.getByRole("button", { name: "Undo the import" }).click();
  await expect(page.getByRole("status").first()).toContainText("The import is undone. 1 person is as they were before.");
  await expect(page.getByText("1 added. Undone.")).toBeVisible();
  await isAccessible(page);
});
