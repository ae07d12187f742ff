// The page explore.html: a trained generator under the reader's hands.
import { compute, computed } from "./computer.js";
import { centred, drawable, newCanvas, show } from "./canvas.js";
import {
  lecturePoint, meanCosine, moved, norm, normalPoint, spherical, straight, uniform,
} from "./latent.js";

const about = JSON.parse(document.getElementById("program-about").textContent);
const byId = (id) => document.getElementById(id);
const random = uniform(1);
const state = {};

const model = () => about[state.name];
const newPoint = () => normalPoint(model().latent_dim, random);

// Draws the image of a point; the canvas is pale as long as it shows the image of an older one.
function draw(canvas, z, then = () => {}, urgent = false) {
  canvas.classList.add("old");
  const shown = (image) => {
    canvas.classList.remove("old");
    show(canvas, image);
    then(image);
  };
  compute(canvas, state.name, z, shown, urgent);
}

// ------------------------------------------------------------------ one point

const movedPoint = () => {
  return moved(state.point, model().directions, state.sliders.map((s) => s.valueAsNumber));
};

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

// The point's image, and what discriminator and judge say about it, come before all other images.
function drawPoint() {
  const z = movedPoint();
  const { discriminator } = model();
  byId("norm").textContent = norm(z).toFixed(1);
  byId("discriminator").hidden = !discriminator;
  for (const slider of state.sliders) {
    slider.parentElement.querySelector("output").textContent = slider.valueAsNumber.toFixed(1);
  }
  const ask = (image) => {
    const judged = (logits) => softmax(logits).forEach((share, digit) => state.judge[digit](share));
    compute("judge", "judge", image, judged, true);
    if (!discriminator) return;
    const seen = ([logit]) => state.real(1 / (1 + Math.exp(-logit)));
    compute("discriminator", discriminator, image, seen, true);
  };
  draw(state.canvas, z, ask, true);
}

function takePoint(point) {
  state.point = point;
  for (const slider of state.sliders) slider.value = 0;
  drawPoint();
}

function setUpPoint() {
  state.canvas = newCanvas(byId("point"), "The image of the point");
  state.real = bars(byId("real"), ["real"])[0];
  state.judge = bars(byId("judge"), [..."0123456789"]);
  state.sliders = [...document.querySelectorAll("#directions input")];
  for (const slider of state.sliders) slider.oninput = drawPoint;
  byId("new-point").onclick = () => takePoint(newPoint());
  byId("back").onclick = () => takePoint(state.point);
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
  const choices = [["new-start", 0, newPoint], ["new-end", 1, newPoint]];
  choices.push(["start-here", 0, movedPoint], ["end-here", 1, movedPoint]);
  for (const [id, end, point] of choices) {
    byId(id).onclick = () => {
      state.ends[end] = point();
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
  state.sure = Array(16).fill(null);
  byId("sure").textContent = "…";
  const points = state.normals.map((normal) => lecturePoint(normal, a, b));
  state.grid.forEach((canvas, i) => draw(canvas, points[i], (image) => judgeOne(i, image)));
  const mean = points.reduce((sum, z) => sum + norm(z), 0) / points.length;
  byId("mean-norm").textContent = mean.toFixed(1);
  byId("prior-norm").textContent = Math.sqrt(model().latent_dim).toFixed(1);
  byId("cosine").textContent = mean > 0 ? meanCosine(points).toFixed(2) : "not defined";
}

// Counts the images of the grid that the judge recognises.
function judgeOne(i, image) {
  compute(`judge ${i}`, "judge", image, (logits) => {
    state.sure[i] = Math.max(...softmax(logits)) > 0.9;
    const isCounting = state.sure.includes(null);
    byId("sure").textContent = isCounting ? "…" : state.sure.filter(Boolean).length;
  });
}

function setUpExperiment() {

  state.grid = Array.from({ length: 16 }, (_, i) => newCanvas(byId("grid"), `Image ${i + 1} of 16`));
  for (const id of ["means", "deviations"]) byId(id).oninput = drawExperiment;
}

// ------------------------------------------------------------------ draw a digit

// Encodes the drawing, shows what the decoder makes of it, and the path to a test digit.
async function encodeDrawing() {
  const image = centred(state.strokes);
  byId("result").hidden = !image;
  if (!image) return;
  const ink = image.map((value) => (value > 0 ? 1 : -1));
  show(state.seen, ink);
  const z = (await computed("encoder", ink)).slice(0, about.vae.latent_dim);
  const end = Float32Array.from(about.vae.codes[byId("digit").value]);
  state.way.forEach((canvas, i) => {
    const point = straight(z, end, i / (state.way.length - 1));
    compute(canvas, "vae", point, (decoded) => show(canvas, decoded));
  });
}

function setUpDrawing() {
  state.strokes = [];
  state.seen = newCanvas(byId("seen"), "What the encoder sees");
  state.way = Array.from({ length: 8 }, (_, i) => newCanvas(byId("way"), `Image ${i + 1} of the path`));
  byId("clear").onclick = drawable(byId("drawing"), (strokes) => {
    state.strokes = strokes;
    encodeDrawing();
  });
  byId("digit").onchange = encodeDrawing;
}

// ------------------------------------------------------------------ all together

function choose(name) {
  state.name = name;
  byId("story").textContent = model().story;
  takePoint(newPoint());
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

window.course = { computed, centred }; // for whoever wants to compute more, and for the tests
