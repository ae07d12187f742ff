// Sends inputs to the worker, one at a time, and forgets those that have become out of date.

const waiting = new Map(); // what waits for the worker, by its place on the page
const known = new Set(); // networks that the worker has
let running = null;
let number = 0;

const source = document.getElementById("program-worker").textContent;
const worker = new Worker(URL.createObjectURL(new Blob([source], { type: "text/javascript" })));

worker.onmessage = ({ data }) => {
  const { done } = running;
  running = null;
  done(data.output);
  next();
};

function next() {
  if (running || waiting.size === 0) return;
  const places = [...waiting.keys()];
  const place = places.find((each) => waiting.get(each).urgent) ?? places[0];
  running = waiting.get(place);
  waiting.delete(place);
  const { name, input } = running;
  if (!known.has(name)) {
    known.add(name);
    const packed = document.getElementById(`program-network-${name}`).textContent;
    worker.postMessage({ name, packed });
  }
  worker.postMessage({ name, input });
}

// Computes a network's output and calls `done` with it. If the same place asks again before its
// turn has come, only the newest input is computed. What is urgent is computed first.
export function compute(place, name, input, done, urgent = false) {
  waiting.set(place, { name, input, done, urgent });
  next();
}

// The same as a promise, for one input that nobody replaces.
export function computed(name, input) {
  return new Promise((resolve) => compute(`promise ${number++}`, name, input, resolve));
}
