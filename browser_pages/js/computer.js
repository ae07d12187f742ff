// Sends inputs to the worker, one at a time, and forgets those that have become out of date.

const waiting = new Map(); // what waits for the worker, by its place on the page
const known = new Set(); // networks that the worker has
let running = null;
let number = 0;

const source = document.getElementById("worker").textContent;
const worker = new Worker(URL.createObjectURL(new Blob([source], { type: "text/javascript" })));

worker.onmessage = ({ data }) => {
  const { done } = running;
  running = null;
  done(data.output);
  next();
};

function next() {
  if (running || waiting.size === 0) return;
  const [place, job] = waiting.entries().next().value;
  waiting.delete(place);
  running = job;
  if (!known.has(job.name)) {
    known.add(job.name);
    const packed = document.getElementById(`network-${job.name}`).textContent;
    worker.postMessage({ name: job.name, packed });
  }
  worker.postMessage({ id: number++, name: job.name, input: job.input });
}

// Computes a network's output and calls `done` with it. If the same place asks again before its
// turn has come, only the newest input is computed.
export function compute(place, name, input, done) {
  waiting.set(place, { name, input, done });
  next();
}

// The same as a promise, for one input that nobody replaces.
export function computed(name, input) {
  return new Promise((resolve) => compute(`promise ${number++}`, name, input, resolve));
}
