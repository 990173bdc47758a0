import { readFileSync } from "node:fs";
import { connect } from "node:net";
import { join } from "node:path";
import { running } from "./server";

/** Put raw bytes on a subject of the server's own bus, as a broken program would (NATS protocol, one publish). */
export function publishRaw(subject: string, body: string): Promise<void> {
  const { nats_url } = JSON.parse(readFileSync(join(running().data, "run.json"), "utf8")) as { nats_url: string };
  const { hostname, port, username, password } = new URL(nats_url);
  const hello = JSON.stringify({
    verbose: false,
    user: decodeURIComponent(username),
    pass: decodeURIComponent(password),
    lang: "e2e",
    version: "0",
  });
  return new Promise((resolve, reject) => {
    const socket = connect(Number(port), hostname);
    socket.setTimeout(5_000, () => socket.destroy(new Error("the bus did not answer")));
    socket.on("error", reject);
    socket.on("data", (chunk) => {
      const said = chunk.toString();
      if (said.startsWith("INFO")) {
        socket.write(`CONNECT ${hello}\r\nPUB ${subject} ${Buffer.byteLength(body)}\r\n${body}\r\nPING\r\n`);
      }
      if (said.includes("-ERR")) socket.destroy(new Error(said));
      if (said.includes("PONG")) {
        socket.end();
        resolve();
      }
    });
  });
}
