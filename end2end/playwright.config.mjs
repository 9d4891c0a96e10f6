import { defineConfig } from "@playwright/test";

const launchOptions = {
  executablePath: process.env.CHROMIUM ?? "/usr/bin/chromium",
  // As root in a closed network: no sandbox of its own, and nobody it could call.
  args: [
    "--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run", "--disable-background-networking",
    "--disable-component-update", "--disable-sync",
  ],
};

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
  ],
});
