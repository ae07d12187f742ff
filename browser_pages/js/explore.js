// The page explore.html: a trained generator under the reader's hands.
import { compute, computed } from "./computer.js";
import { centred, clear, drawable, newCanvas, show } from "./canvas.js";
import {
  lecturePoint, meanCosine, norm, normalPoint, spherical, straight, uniform,
} from "./latent.js";

const about = JSON.parse(document.getElementById("about").textContent);
const byId = (id) => document.getElementById(id);
const random = uniform(1);
const state = {};

const model = () => about[state.name];
const newPoint = () => normalPoint(model().latent_dim, random);

function draw(canvas, z, then = () => {}) {
  compute(canvas, state.name, z, (image) => {
    show(canvas, image);
    then(image);
  });
}

// ------------------------------------------------------------------ one point

// The point, moved along the five directions by what the sliders say.
function movedPoint() {
  return state.point.map((value, i) => {
    return value + state.sliders.reduce((sum, s, k) => sum + s.valueAsNumber * model().directions[k][i], 0);
  });
}

function bars(parent, labels) {
  return labels.map((label) => {
    const row = document.createElement("div");
    row.className = "bar";
    row.innerHTML = `<span>${label}</span><div><i></i></div><output>0 %</output>`;
    parent.append(row);
    return (share) => {
      row.querySelector("i").style.width = `${100 * share}%`;
      row.querySelector("output").textContent = `${Math.round(100 * share)} %`;
    };
  });
}

function softmax(logits) {
  const largest = Math.max(...logits);
  const powers = Array.from(logits, (logit) => Math.exp(logit - largest));
  const sum = powers.reduce((a, b) => a + b);
  return powers.map((power) => power / sum);
}

function drawPoint() {
  const z = movedPoint();
  const { discriminator } = model();
  byId("norm").textContent = norm(z).toFixed(1);
  byId("discriminator").hidden = !discriminator;
  draw(state.canvas, z, (image) => {
    compute("judge", "judge", image, (logits) => {
      softmax(logits).forEach((share, digit) => state.judge[digit](share));
    });
    if (!discriminator) return;
    compute("discriminator", discriminator, image, ([logit]) => {
      state.real(1 / (1 + Math.exp(-logit)));
    });
  });
}

function takePoint() {
  state.point = newPoint();
  for (const slider of state.sliders) slider.value = 0;
  drawPoint();
}

function setUpPoint() {
  state.canvas = newCanvas(byId("point"), "The image of the point");
  state.real = bars(byId("discriminator"), ["real"])[0];
  state.judge = bars(byId("judge"), [..."0123456789"]);
  state.sliders = [...document.querySelectorAll("#directions input")];
  for (const slider of state.sliders) slider.oninput = drawPoint;
  byId("new-point").onclick = takePoint;
}

// ------------------------------------------------------------------ a path

function drawPath() {
  const path = byId("spherical").checked ? spherical : straight;
  state.strip.forEach((canvas, i) => draw(canvas, path(...state.ends, i / (state.strip.length - 1))));
  const middle = path(...state.ends, 0.5);
  byId("lengths").textContent = [state.ends[0], middle, state.ends[1]]
    .map((z) => norm(z).toFixed(1))
    .join(", ");
}

function setUpPath() {
  state.strip = Array.from({ length: 9 }, (_, i) => newCanvas(byId("strip"), `Image ${i + 1} of the path`));
  for (const [id, end] of [["new-start", 0], ["new-end", 1]]) {
    byId(id).onclick = () => {
      state.ends[end] = newPoint();
      drawPath();
    };
  }
  byId("spherical").onchange = byId("straight").onchange = drawPath;
}

// ------------------------------------------------------------------ the lecture's experiment

function drawExperiment() {
  const [a, b] = ["means", "deviations"].map((id) => byId(id).valueAsNumber);
  byId("a").textContent = a.toFixed(2);
  byId("b").textContent = b.toFixed(2);
  const points = state.normals.map((normal) => lecturePoint(normal, a, b));
  state.grid.forEach((canvas, i) => draw(canvas, points[i]));
  const mean = points.reduce((sum, z) => sum + norm(z), 0) / points.length;
  byId("mean-norm").textContent = mean.toFixed(1);
  byId("prior-norm").textContent = Math.sqrt(model().latent_dim).toFixed(1);
  byId("cosine").textContent = mean > 0 ? meanCosine(points).toFixed(2) : "not defined";
}

function setUpExperiment() {
  state.grid = Array.from({ length: 16 }, (_, i) => newCanvas(byId("grid"), `Image ${i + 1} of 16`));
  for (const id of ["means", "deviations"]) byId(id).oninput = drawExperiment;
}

// ------------------------------------------------------------------ draw a digit

// Encodes the drawing, shows what the decoder makes of it, and the path to a test digit.
async function encodeDrawing() {
  const image = centred(byId("drawing"));
  byId("result").hidden = !image;
  if (!image) return;
  const ink = image.map((value) => (value > 0 ? 1 : -1));
  show(state.seen, ink);
  const z = (await computed("encoder", ink)).slice(0, about.vae.latent_dim);
  const digit = byId("digit").value;
  const end = Float32Array.from(about.vae.codes[digit]);
  state.way.forEach((canvas, i) => {
    const point = straight(z, end, i / (state.way.length - 1));
    compute(canvas, "vae", point, (decoded) => show(canvas, decoded));
  });
}

function setUpDrawing() {
  state.seen = newCanvas(byId("seen"), "What the encoder sees");
  state.way = Array.from({ length: 8 }, (_, i) => newCanvas(byId("way"), `Image ${i + 1} of the path`));
  drawable(byId("drawing"), encodeDrawing);
  byId("digit").onchange = encodeDrawing;
  byId("clear").onclick = () => {
    clear(byId("drawing"));
    encodeDrawing();
  };
}

// ------------------------------------------------------------------ all together

function choose(name) {
  state.name = name;
  byId("story").textContent = model().story;
  takePoint();
  state.ends = [newPoint(), newPoint()];
  drawPath();
  state.normals = state.grid.map(newPoint);
  drawExperiment();
}

setUpPoint();
setUpPath();
setUpExperiment();
setUpDrawing();
byId("model").onchange = ({ target }) => choose(target.value);
choose(byId("model").value);

window.course = { computed }; // for whoever wants to compute more, and for the tests
