// Runs in a Web Worker, so that the page answers a click while images are drawn.
import { makeNetwork } from "./network.js";

const networks = {};

self.onmessage = ({ data: { name, packed, input } }) => {
  if (packed) networks[name] = makeNetwork(JSON.parse(packed));
  if (input) self.postMessage({ output: networks[name](input) });
};
