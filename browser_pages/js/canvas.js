// Images on canvases: 28 x 28 numbers from -1 (paper) to 1 (ink), and a canvas to draw on.

const SIDE = 28;
const PEN = 2.4; // the width of a stroke, in pixels of the 28, about that of MNIST's digits

// A canvas in an element; without a label it is silent, because the element has one.
export function newCanvas(parent, label) {
  const canvas = document.createElement("canvas");
  canvas.width = canvas.height = SIDE;
  canvas.className = "image";
  if (label) canvas.setAttribute("aria-label", label);
  canvas.setAttribute("role", label ? "img" : "presentation");
  parent.append(canvas);
  return canvas;
}

export function show(canvas, image) {
  const context = canvas.getContext("2d");
  const pixels = context.createImageData(SIDE, SIDE);
  for (let i = 0; i < image.length; i++) {
    pixels.data.fill(Math.round(127.5 * (1 - image[i])), 4 * i, 4 * i + 3);
    pixels.data[4 * i + 3] = 255;
  }
  context.putImageData(pixels, 0, 0);
  canvas.dataset.shown = "";
}

function stroke(context, points) {
  context.beginPath();
  context.moveTo(...points[0]);
  for (const [x, y] of points) context.lineTo(x + 0.01, y); // so that a single point is a dot
  context.stroke();
}

// The ink, from 0 to 255, of strokes that are scaled, and then moved by (x, y).
function inked(strokes, scale, x, y) {
  const canvas = document.createElement("canvas");
  canvas.width = canvas.height = SIDE;
  const context = canvas.getContext("2d");
  Object.assign(context, { lineWidth: PEN, lineCap: "round", lineJoin: "round" });
  for (const points of strokes) stroke(context, points.map((p) => [scale * p[0] + x, scale * p[1] + y]));
  const { data } = context.getImageData(0, 0, SIDE, SIDE);
  return Array.from({ length: SIDE * SIDE }, (_, i) => data[4 * i + 3]);
}

// Turns strokes into an image as MNIST's makers did: the digit is scaled into 20 x 20 pixels, and
// its centre of mass is put into the middle of 28 x 28. Returns null if there is no stroke.
export function centred(strokes) {
  if (strokes.length === 0) return null;
  const [xs, ys] = [0, 1].map((axis) => strokes.flat().map((point) => point[axis]));
  const [left, right, top, bottom] = [Math.min(...xs), Math.max(...xs), Math.min(...ys), Math.max(...ys)];
  const scale = (20 - PEN) / Math.max(right - left, bottom - top, 1);
  const x = SIDE / 2 - (scale * (left + right)) / 2;
  const y = SIDE / 2 - (scale * (top + bottom)) / 2;
  const ink = inked(strokes, scale, x, y);
  const total = ink.reduce((sum, value) => sum + value);
  const mean = (place) => ink.reduce((sum, value, i) => sum + value * (place(i) + 0.5), 0) / total;
  const [column, row] = [mean((i) => i % SIDE), mean((i) => Math.floor(i / SIDE))];
  const moved = inked(strokes, scale, x + SIDE / 2 - column, y + SIDE / 2 - row);
  return Float32Array.from(moved, (value) => value / 127.5 - 1);
}

// Lets the user draw with mouse, pen or finger; calls `changed` with all strokes after each one.
// A stroke is a list of points [x, y]. Returns a function that clears the canvas.
export function drawable(canvas, changed) {
  const context = canvas.getContext("2d");
  Object.assign(context, { lineWidth: canvas.width / 11, lineCap: "round", lineJoin: "round" });
  let strokes = [];
  const at = ({ clientX, clientY }) => {
    const { left, top, width } = canvas.getBoundingClientRect();
    const scale = canvas.width / width;
    const inside = (value, size) => Math.max(0, Math.min(value * scale, size));
    return [inside(clientX - left, canvas.width), inside(clientY - top, canvas.height)];
  };
  const draw = (event) => {
    strokes.at(-1).push(at(event));
    stroke(context, strokes.at(-1).slice(-2));
  };
  canvas.onpointerdown = (event) => {
    canvas.setPointerCapture(event.pointerId);
    strokes.push([]);
    draw(event);
  };
  canvas.onpointermove = (event) => {
    if (canvas.hasPointerCapture(event.pointerId)) draw(event);
  };
  canvas.onpointerup = canvas.onpointercancel = () => changed(strokes);
  return () => {
    strokes = [];
    context.clearRect(0, 0, canvas.width, canvas.height);
    changed(strokes);
  };
}
