// In a page or deck of the course: the generator draws where a picture of a notebook stands.
import { compute } from "./computer.js";
import { newCanvas, show } from "./canvas.js";
import { moved, normalPoint, uniform } from "./latent.js";

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

// Twenty images of new points, none of them selected.
function drawDigits(parent) {
  const grid = add(parent, "div", { className: "row" });
  const canvases = Array.from({ length: 20 }, (_, i) => newCanvas(grid, `Generated image ${i + 1}`));
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

// A slide turns by the keys that also press a button and move a slider. Space presses a button,
// arrows move a slider, and every other key leaves the slider and turns the slide.
function keepKeys(event) {
  const isSlider = event.target.type === "range";
  if (isSlider ? event.key.startsWith("Arrow") : event.key === " ") event.stopPropagation();
  else if (isSlider && event.key !== "Tab") {
    event.target.blur();
    event.preventDefault();
  }
}

// Puts what the generator draws into the place of a picture, with a button that changes them.
function changePlaces(picture, begin) {
  const place = document.createElement("div");
  place.className = "live";
  place.dataset.preventSwipe = ""; // because a slider is moved as a slide is
  place.onkeydown = keepKeys;
  picture.after(place);
  const live = add(place, "div", { hidden: true });
  const change = button(place, "Let the generator draw", () => {
    if (!live.hasChildNodes()) begin(live); // not before, so that a page opens without a delay
    live.hidden = !live.hidden;
    picture.classList.toggle("drawn-live", !live.hidden);
    change.textContent = live.hidden ? "Let the generator draw" : "Show the picture";
  });
  // a lecture is a demonstration; on a page the text speaks of the picture
  if (document.querySelector(".reveal")) change.click();
}

const KINDS = { digits: drawDigits, directions: drawDirections };
for (const [kind, begin] of Object.entries(KINDS)) {
  for (const picture of document.querySelectorAll(`.celltag_live-${kind} img`)) {
    changePlaces(picture, begin);
  }
}
