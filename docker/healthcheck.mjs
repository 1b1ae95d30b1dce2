// Is the server of this container alive? Exit code 0 or 1, and the answer as the sentence that
// `docker inspect` shows. Asks where AETHER_GATEWAY_BIND_ADDR says, over TLS where plain HTTP is
// not understood. About life, not readiness: a server that drains or is late must not be killed.
import { get as overHttp } from "node:http";
import { get as overTls } from "node:https";

const LIMIT_MS = 3000;

const [, host, port] = /^(.*):(\d+)$/.exec(process.env["AETHER_GATEWAY_BIND_ADDR"] ?? "") ?? [];
const isEverywhere = [undefined, "", "0.0.0.0", "[::]"].includes(host);
const place = `${isEverywhere ? "127.0.0.1" : host}:${port ?? "8080"}/healthz`;

function ask(get, url) {
  return new Promise((resolve, reject) => {
    // Whom the certificate names is the clients' question.
    const options = { timeout: LIMIT_MS, rejectUnauthorized: false };
    const request = get(url, options, (response) => {
      response.resume();
      resolve(response.statusCode);
    });
    request.on("timeout", () => request.destroy(new Error(`no answer within ${LIMIT_MS} ms`)));
    request.on("error", reject);
  });
}

try {
  const status = await ask(overHttp, `http://${place}`).catch((error) => {
    if (error.code === "ECONNREFUSED") throw error;
    return ask(overTls, `https://${place}`);
  });
  console.log(`${place} answers ${status}`);
  process.exitCode = status === 200 ? 0 : 1;
} catch (error) {
  console.log(`${place}: ${error.message}`);
  process.exitCode = 1;
}
