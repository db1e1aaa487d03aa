// The peer: nodemailer's pooled transport, a ready-made message of 10 kB, no state. node peer.js MODULES PORT MAILS CONNECTIONS
const [modules, port, mails, connections] = [process.argv[2], ...process.argv.slice(3).map(Number)];
const nodemailer = require(modules + "/nodemailer");
const raw = "Subject: bench\r\n\r\n" + ("b".repeat(76) + "\r\n").repeat(131);
const transport = nodemailer.createTransport({
  host: "127.0.0.1", port, pool: true, maxConnections: connections, maxMessages: Infinity, ignoreTLS: true,
});
const envelope = { from: "service@autohaus.example", to: "kunde@beispiel.example" };
(async () => {
  await transport.sendMail({ envelope, raw });
  const started = process.hrtime.bigint();
  await Promise.all(Array.from({ length: mails }, () => transport.sendMail({ envelope, raw })));
  console.log(mails / (Number(process.hrtime.bigint() - started) / 1e9));
  transport.close();
})();
