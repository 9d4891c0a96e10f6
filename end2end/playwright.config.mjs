import { defineConfig } from "@playwright/test";

const launchOptions = {
  executablePath: process.env.CHROMIUM ?? "/usr/bin/chromium",
  // As root in a closed network: no sandbox of its own, and nobody it could call.
  args: [
    "--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run", "--disable-background-networking",
    "--disable-component-update", "--disable-sync",
  ],
};

// Not `isMobile`: a window that grows with what sticks out would hide that it does.
const phone = { viewport: { width: 390, height: 844 }, hasTouch: true };

// What people do with a telephone in the hand. A story that is to run there, too, is named here.
const ON_A_PHONE = ["announcements", "files", "places", "roster", "viewing"].map((name) => `**/${name}.spec.mjs`);

export default defineConfig({
  testDir: "stories",
  outputDir: "results",
  workers: 2,
  fullyParallel: true,
  forbidOnly: true,
  timeout: 60_000,
  reporter: [["list"]],
  use: { baseURL: process.env.LECTERN_ORIGIN, launchOptions, locale: "en-GB", viewport: { width: 1280, height: 900 } },
  projects: [
    { name: "script", use: { javaScriptEnabled: true } },
    { name: "plain", use: { javaScriptEnabled: false }, testIgnore: ["**/looks.spec.mjs", "**/islands.spec.mjs", "**/reports.spec.mjs", "**/passkeys.spec.mjs"] },
    { name: "phone", use: { ...phone, javaScriptEnabled: true }, testMatch: ON_A_PHONE },
    { name: "phone-plain", use: { ...phone, javaScriptEnabled: false }, testMatch: "**/places.spec.mjs", grep: /code on the board/ },
  ],
});
