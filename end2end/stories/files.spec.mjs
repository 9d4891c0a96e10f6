// Files of a course: added, named in a lesson, seen by a student; refused with a reason; deleted. With a script and without.
import { deflateSync } from "node:zlib";
import { expect, isAccessible, publishedCourse, signIn, test, unique, visit } from "../fixtures/index.mjs";

const crcs = Array.from({ length: 256 }, (_, n) => Array(8).fill().reduce((c) => (c & 1 ? 0xedb88320 ^ (c >>> 1) : c >>> 1), n) >>> 0);
const crc = (bytes) => (bytes.reduce((c, byte) => crcs[(c ^ byte) & 255] ^ (c >>> 8), 0xffffffff) ^ 0xffffffff) >>> 0;

/** A grey PNG. */
function png(width, height) {
  const chunk = (name, data) => {
    const body = Buffer.concat([Buffer.from(name), data]);
    const [length, sum] = [Buffer.alloc(4), Buffer.alloc(4)];
    length.writeUInt32BE(data.length);
    sum.writeUInt32BE(crc(body));
    return Buffer.concat([length, body, sum]);
  };
  const head = Buffer.alloc(13);
  head.writeUInt32BE(width, 0);
  head.writeUInt32BE(height, 4);
  head.set([8, 0, 0, 0, 0], 8);
  const lines = Buffer.alloc((width + 1) * height, 150);
  for (let line = 0; line < height; line += 1) lines[line * (width + 1)] = 0;
  const signature = Buffer.from([0x89, 0x50, 0x4e, 0x47, 0x0d, 0x0a, 0x1a, 0x0a]);
  return Buffer.concat([signature, chunk("IHDR", head), chunk("IDAT", deflateSync(lines)), chunk("IEND", Buffer.alloc(0))]);
}

test("files are added, named in a lesson, and seen there by a student", async ({ page, browser }, testInfo) => {
  await signIn(page, "second.instructor@lectern.example");
  const course = await publishedCourse(page, unique("Quarries", testInfo));
  await visit(page, course);
  await page.getByRole("link", { name: "Files" }).click();
  await expect(page.getByRole("heading", { name: "No files yet" })).toBeVisible();
  await isAccessible(page);
  const files = [
    { name: "Old quarry.png", mimeType: "image/png", buffer: png(2400, 1200) },
    { name: "notes.txt", mimeType: "text/plain", buffer: Buffer.from("Stone is heavy.") },
  ];
  await page.getByLabel("Files", { exact: true }).setInputFiles(files);
  await page.getByRole("button", { name: "Add files" }).click();
  await expect(page.getByRole("status").first()).toContainText("Old quarry.png is added as Old-quarry.png. notes.txt is added.");
  await expect(page.getByRole("link", { name: "Old-quarry.png" })).toBeVisible();
  await isAccessible(page);

  // What is no picture is refused, with the reason, and so is a second one of its name.
  const liar = { name: "map.png", mimeType: "image/png", buffer: Buffer.from("<script>alert(1)</script>") };
  await page.getByLabel("Files", { exact: true }).setInputFiles([liar]);
  await page.getByRole("button", { name: "Add files" }).click();
  await expect(page.getByText("Not kept: map.png is not what its name says").first()).toBeVisible();
  await isAccessible(page);

  await page.goto(`${course}/lessons/new`);
  await page.getByLabel("Title").fill("Stone");
  await page.getByLabel("Text", { exact: true }).fill("![The old quarry](files/Old-quarry.png)\n\nSee [the notes](files/notes.txt).");
  await page.getByLabel("Students can read it").check();
  await page.getByRole("button", { name: "Add lesson" }).click();
  const picture = page.getByRole("img", { name: "The old quarry" });
  await expect(picture).toBeVisible();
  await picture.scrollIntoViewIfNeeded();
  await expect.poll(() => picture.evaluate((it) => it.naturalWidth)).toBe(2000);
  expect(await picture.evaluate((it) => it.clientWidth <= it.parentElement.clientWidth)).toBe(true);
  await isAccessible(page);
  const lesson = page.url();

  const context = await browser.newContext({ javaScriptEnabled: testInfo.project.use.javaScriptEnabled, baseURL: testInfo.project.use.baseURL });
  const student = await context.newPage();
  await signIn(student, "student@lectern.example");
  await student.goto(course);
  await student.getByRole("button", { name: "Join course" }).click();
  await student.goto(lesson);
  await expect(student.getByRole("img", { name: "The old quarry" })).toBeVisible();
  await student.getByRole("link", { name: "the notes" }).click();
  await expect(student.getByText("Stone is heavy.")).toBeVisible();
  await context.close();

  await page.goto(`${course}/files`);
  await expect(page.getByText("Named in").first()).toBeVisible();
  await page.getByRole("button", { name: "Delete notes.txt" }).click();
  await page.getByRole("button", { name: "Delete this file" }).first().click();
  await expect(page.getByRole("status").first()).toContainText("notes.txt is deleted.");
  await visit(page, `${course}/files`);
});
