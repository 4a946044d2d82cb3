// A browser's EventSource: it can send no header of its own, and comes back by itself whenever a stream ends.
// Usage: node event-source.mjs URL; prints a line of JSON for each event, and ends when the server says that nothing more comes.
import { EventSource } from "eventsource";

const source = new EventSource(process.argv[2]);
for (const kind of ["status", "progress", "output", "deleted"]) {
  source.addEventListener(kind, (event) => console.log(JSON.stringify({ kind, data: JSON.parse(event.data) })));
}

// Its own pause before it comes back does not keep Node.js running.
const running = setInterval(() => {}, 1000);
source.addEventListener("error", (event) => {
  const closed = source.readyState === EventSource.CLOSED;
  console.log(JSON.stringify({ kind: "error", code: event.code ?? null, closed }));
  if (closed) clearInterval(running);
});
