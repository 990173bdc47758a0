// Node's socket.io as it comes, websocket transport only: one process, one broadcast an emit.
const http = require("node:http");
const readline = require("node:readline");
const { Server } = require("socket.io");

const server = http.createServer();
const io = new Server(server, {
  transports: ["websocket"],
  perMessageDeflate: false,
  httpCompression: false,
  pingInterval: 600_000,
  pingTimeout: 600_000,
});

const body = (n) => ({
  stream: "user.1",
  from: n,
  to: n + 1,
  put: { "m/511": { id: 9001, client_id: "0197-aaaa-bbbb", by: 9, body: "x".repeat(150), rev: n, t: Date.now() / 1000 } },
  drop: [],
  why: "chat.message_posted",
});

async function emit(count, rate) {
  const before = process.cpuUsage();
  const began = performance.now();
  for (let n = 0; n < count; n++) {
    io.emit("patch", body(n));
    const wait = began + ((n + 1) * 1000) / rate - performance.now();
    await new Promise((resume) => (wait > 0 ? setTimeout(resume, wait) : setImmediate(resume)));
  }
  await new Promise((resume) => setTimeout(resume, 500));
  const used = process.cpuUsage(before);
  return { cpu: (used.user + used.system) / 1e6, wall: (performance.now() - began) / 1000 - 0.5 };
}

readline.createInterface({ input: process.stdin }).on("line", async (line) => {
  const [verb, ...rest] = line.split(" ");
  if (verb === "emit") console.log(JSON.stringify(await emit(Number(rest[0]), Number(rest[1]))));
  if (verb === "rss") {
    global.gc?.();
    console.log(JSON.stringify({ rss: process.memoryUsage().rss, sockets: io.engine.clientsCount }));
  }
});
server.listen(Number(process.argv[2]), "127.0.0.1", () => console.log(JSON.stringify({ ready: true })));
