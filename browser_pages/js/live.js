// In a page or deck of the course: the generator draws where a picture of a notebook stands.
import { compute } from "./computer.js";
import { newCanvas, show } from "./canvas.js";
import { moved, normalPoint, spherical, straight, uniform } from "./latent.js";

const about = JSON.parse(document.getElementById("program-about").textContent);
const random = uniform(2);
const newPoint = () => normalPoint(about.start.length, random);

const draw = (canvas, z) => compute(canvas, "fast", z, (image) => show(canvas, image));

// Puts an element of this kind into another one.
function add(parent, kind, properties = {}) {
  const element = Object.assign(document.createElement(kind), properties);
  parent.append(element);
  return element;
}

const button = (parent, textContent, onclick) => add(parent, "button", { textContent, onclick });

function row(parent, number, label) {
  const grid = add(parent, "div", { className: "row" });
  return Array.from({ length: number }, (_, i) => newCanvas(grid, `${label} ${i + 1}`));
}

// Twenty images of new points, none of them selected.
function drawDigits(parent) {
  const canvases = [row(parent, 10, "Generated image"), row(parent, 10, "Generated image")].flat();
  const drawAll = () => canvases.forEach((canvas) => draw(canvas, newPoint()));
  button(parent, "Twenty other points", drawAll);
  drawAll();
}

// One image, and a slider for each direction.
function drawDirections(parent) {
  const beside = add(parent, "div", { className: "beside" });
  const canvas = newCanvas(beside, "The image of the point");
  const side = add(beside, "div");
  let point = about.start;
  const sliders = about.directions.map((_, i) => {
    const label = add(side, "label", { textContent: `direction ${i + 1}: ` });
    const output = add(label, "output", { textContent: "0.0" });
    const slider = add(label, "input", { type: "range", min: -4, max: 4, step: 0.1, value: 0 });
    slider.oninput = () => {
      output.textContent = slider.valueAsNumber.toFixed(1);
      drawPoint();
    };
    // so that the arrow keys turn the slides again, after a slider was moved with the mouse
    slider.onpointerup = () => slider.blur();
    return slider;
  });
  function drawPoint() {
    draw(canvas, moved(point, about.directions, sliders.map((slider) => slider.valueAsNumber)));
  }
  button(side, "Other point", () => {
    point = newPoint();
    drawPoint();
  });
  drawPoint();
}

// The straight and the spherical path between the same two points.
function drawPaths(parent) {
  const ends = [about.start, about.end];
  const paths = [["straight", straight], ["spherical", spherical]].map(([name, path]) => {
    add(parent, "div", { textContent: name });
    return [path, row(parent, 9, `Image of the ${name} path`)];
  });
  const drawAll = () => {
    for (const [path, canvases] of paths) {
      canvases.forEach((canvas, i) => draw(canvas, path(...ends, i / 8)));
    }
  };
  ["start", "end"].forEach((name, i) => {
    button(parent, `Other ${name}`, () => {
      ends[i] = newPoint();
      drawAll();
    });
  });
  drawAll();
}

const KINDS = { digits: drawDigits, directions: drawDirections, paths: drawPaths };
for (const [kind, begin] of Object.entries(KINDS)) {
  for (const picture of document.querySelectorAll(`.celltag_live-${kind} img`)) {
    picture.classList.add("drawn-live");
    const live = document.createElement("div");
    live.className = "live";
    live.dataset.preventSwipe = ""; // because a slider is moved as a slide is
    picture.after(live);
    begin(live);
  }
}
