// A browser without pictures: its cookies, and plain forms.
export const PASSWORD = "nine quiet herons at dusk";

export class Client {
  constructor(origin) {
    this.origin = origin;
    this.cookies = new Map();
  }

  /** Sent to the public address, or straight to a node. Answers status 0 where nobody answered. */
  async send(method, path, fields, at = this.origin) {
    const headers = { accept: "text/html", origin: this.origin, "sec-fetch-site": "same-origin", cookie: [...this.cookies].map((pair) => pair.join("=")).join("; ") };
    if (fields) headers["content-type"] = "application/x-www-form-urlencoded";
    try {
      const answer = await fetch(at + path, { method, redirect: "manual", headers, body: fields && new URLSearchParams(fields) });
      for (const line of answer.headers.getSetCookie()) {
        const [pair] = line.split(";");
        const [name, value] = [pair.slice(0, pair.indexOf("=")), pair.slice(pair.indexOf("=") + 1)];
        if (value && !/max-age=0/i.test(line)) this.cookies.set(name, value);
        else this.cookies.delete(name);
      }
      return { status: answer.status, location: answer.headers.get("location") ?? "", retryAfter: answer.headers.get("retry-after"), text: await answer.text() };
    } catch (error) {
      return { status: 0, location: "", retryAfter: null, text: String(error.cause ?? error) };
    }
  }

  get(path, at) { return this.send("GET", path, undefined, at); }
  post(path, fields, at) { return this.send("POST", path, fields, at); }

  signUp(email, name) { return this.post("/fn/sign_up", { email, name, password: PASSWORD }); }
  signIn(email, password = PASSWORD) { return this.post("/fn/sign_in", { email, password }); }

  /** The name the account page shows; nothing where it shows none. */
  static nameIn(page) { return page.status === 200 ? /name="name"[^>]*value="([^"]*)"|value="([^"]*)"[^>]*name="name"/.exec(page.text)?.slice(1).find(Boolean) : undefined; }
}

/** Runs `work` on every item, `most` at a time. */
export async function each(items, most, work) {
  const waiting = [...items.entries()];
  await Promise.all(Array.from({ length: most }, async () => {
    for (let next = waiting.shift(); next; next = waiting.shift()) await work(next[1], next[0]);
  }));
}
