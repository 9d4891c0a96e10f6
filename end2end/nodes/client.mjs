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

  /** Sends a form as a page would, with the token that marks the forms of this sign-in. Where no page can be read to find it, that is the answer. */
  async post(path, fields, at) {
    const signedIn = this.cookies.get("lectern");
    if (signedIn && !this.token) {
      const page = await this.get("/account", at);
      this.token = /name="_token" value="([^"]*)"/.exec(page.text)?.[1];
      if (page.status === 0 || page.status >= 500) return page;
    }
    return this.send("POST", path, this.token ? { ...fields, _token: this.token } : fields, at);
  }

  /** Whoever was signed in here is not any more, and the token ends with them. */
  begin(path, fields) { this.token = undefined; this.cookies.delete("lectern"); return this.post(path, fields); }

  signUp(email, name) { return this.begin("/fn/sign_up", { email, name, password: PASSWORD }); }
  signIn(email, password = PASSWORD) { return this.begin("/fn/sign_in", { email, password }); }

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
