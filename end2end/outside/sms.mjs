// A gateway for text messages, for tests: sms.mjs PORT. POST /send takes JSON or a form with the right key and keeps what it was
// sent; GET /sent?to=NUMBER answers it. A number that ends in 50 is answered with 500, in 40 with 400, in 30 with a redirect, in
// 00 with nothing.
import { createServer } from "node:http";

const [port] = process.argv.slice(2);
const sent = [];

const server = createServer(async (request, response) => {
  const url = new URL(request.url, "http://localhost");
  const answer = (status, body, headers = {}) => {
    response.writeHead(status, { "content-type": "application/json", ...headers });
    response.end(JSON.stringify(body));
  };
  if (request.method === "GET" && url.pathname === "/sent") {
    return answer(200, sent.filter((message) => message.to === url.searchParams.get("to")));
  }
  if (request.method !== "POST" || url.pathname !== "/send") return answer(404, {});
  if (request.headers["x-key"] !== "sms-secret-for-tests") return answer(401, {});
  let body = "";
  for await (const part of request) body += part;
  const isJson = request.headers["content-type"] === "application/json";
  const { to, text } = isJson ? JSON.parse(body) : Object.fromEntries(new URLSearchParams(body));
  if (to.endsWith("00")) return;
  if (to.endsWith("50")) return answer(500, { repeats: text });
  if (to.endsWith("40")) return answer(400, { repeats: text });
  if (to.endsWith("30")) return answer(307, {}, { location: "/elsewhere" });
  sent.push({ to, text, isJson });
  answer(202, { id: sent.length });
});

server.listen(Number(port), "127.0.0.1", () => console.log("ready"));
