// Real servers for stories, by the script that starts them for every test: a mail server, a gateway, an identity provider.
import { execFileSync, spawn } from "node:child_process";
import { mkdtempSync, readFileSync, readdirSync } from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { here } from "./server.mjs";

const script = join(dirname(here), "scripts/services.sh");

/** Answers where each is (`mail`, `received`, ...), and how to stop them. */
export async function services(...names) {
  const folder = mkdtempSync(join(tmpdir(), "lectern-services-"));
  const starting = spawn(script, ["start", folder, ...names], { stdio: ["ignore", "pipe", "inherit"] });
  let said = "";
  starting.stdout.on("data", (part) => { said += part; });
  // What it has started lives on and keeps the pipe open, so its exit counts.
  await new Promise((resolve, reject) => starting.on("exit", (code) => (code ? reject(new Error(`services.sh: ${code}`)) : resolve())));
  await new Promise((resolve) => setTimeout(resolve, 50));
  starting.stdout.destroy();
  const at = Object.fromEntries(said.trim().split("\n").map((line) => [line.slice(0, line.indexOf("=")), line.slice(line.indexOf("=") + 1)]));
  return { ...at, stop: () => execFileSync(script, ["stop", folder]) };
}

/** The last mail to an address, once it is there: its text part, as it was meant. */
export async function mailTo(received, address, about) {
  for (let tries = 0; tries < 200; tries += 1) {
    const files = readdirSync(received).filter((name) => name.endsWith(".eml")).sort().reverse();
    for (const file of files) {
      const mail = readFileSync(join(received, file), "utf8");
      if (mail.includes(`X-Rcpt-To: ${address}\r\n`) && mail.includes(`Subject: ${about}`)) return plain(mail);
    }
    await new Promise((resolve) => setTimeout(resolve, 50));
  }
  throw new Error(`no mail to ${address} about ${about}`);
}

/** Quoted-printable, undone. */
function plain(mail) {
  const bytes = mail.replace(/=\r\n/g, "").replace(/=([0-9A-F]{2})/g, (_, hex) => String.fromCharCode(parseInt(hex, 16)));
  return Buffer.from(bytes, "latin1").toString("utf8").split("Content-Type: text/html")[0];
}

/**
 * What a code app shows now, by another implementation than the server's. With `later` = -30 the code before this one, which the
 * server takes too, so that this one is left for the sign-in after it. Waits where the step is nearly over: what is one step back
 * when it is typed would be two when the server looks, and refused.
 */
export async function appCode(key, later = 0) {
  const left = 30_000 - (Date.now() % 30_000);
  if (left < 10_000) await new Promise((resolve) => setTimeout(resolve, left));
  const at = new Date(Date.now() + later * 1000).toISOString();
  return execFileSync("oathtool", ["--totp", "--base32", "--now", at, key.replaceAll(" ", "")]).toString().trim();
}
