// Images on canvases: 28 x 28 numbers from -1 (paper) to 1 (ink), and a canvas to draw on.

const SIDE = 28;

export function newCanvas(parent, label) {
  const canvas = document.createElement("canvas");
  canvas.width = canvas.height = SIDE;
  canvas.className = "image";
  canvas.setAttribute("role", "img");
  canvas.setAttribute("aria-label", label);
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
}

// Turns a drawing into an image as MNIST's makers did: the ink is scaled into 20 x 20 pixels, and
// its centre of mass is put into the middle of 28 x 28. Returns null if there is no ink.
export function centred(drawing) {
  const { width, height } = drawing;
  const { data } = drawing.getContext("2d").getImageData(0, 0, width, height);
  const box = { left: width, right: -1, top: height, bottom: -1 };
  let total = 0;
  let x = 0;
  let y = 0;
  for (let i = 0; i < width * height; i++) {
    const ink = data[4 * i + 3];
    if (ink === 0) continue;
    const column = i % width;
    const row = Math.floor(i / width);
    box.left = Math.min(box.left, column);
    box.right = Math.max(box.right, column);
    box.top = Math.min(box.top, row);
    box.bottom = Math.max(box.bottom, row);
    total += ink;
    x += ink * column;
    y += ink * row;
  }
  if (total === 0) return null;
  const scale = 20 / Math.max(box.right - box.left + 1, box.bottom - box.top + 1);
  const small = document.createElement("canvas");
  small.width = small.height = SIDE;
  const context = small.getContext("2d");
  context.setTransform(scale, 0, 0, scale, SIDE / 2 - (scale * x) / total, SIDE / 2 - (scale * y) / total);
  context.imageSmoothingQuality = "high";
  context.drawImage(drawing, 0, 0);
  const grey = context.getImageData(0, 0, SIDE, SIDE).data;
  return Float32Array.from({ length: SIDE * SIDE }, (_, i) => grey[4 * i + 3] / 127.5 - 1);
}

// Lets the user draw with mouse, pen or finger; calls `changed` after each stroke.
export function drawable(canvas, changed) {
  const context = canvas.getContext("2d");
  Object.assign(context, { lineWidth: canvas.width / 11, lineCap: "round", lineJoin: "round" });
  const at = ({ clientX, clientY }) => {
    const { left, top, width } = canvas.getBoundingClientRect();
    const scale = canvas.width / width;
    return [(clientX - left) * scale, (clientY - top) * scale];
  };
  canvas.onpointerdown = (event) => {
    canvas.setPointerCapture(event.pointerId);
    context.beginPath();
    context.moveTo(...at(event));
    context.lineTo(...at(event));
    context.stroke();
  };
  canvas.onpointermove = (event) => {
    if (!canvas.hasPointerCapture(event.pointerId)) return;
    context.lineTo(...at(event));
    context.stroke();
  };
  canvas.onpointerup = changed;
}

export function clear(canvas) {
  canvas.getContext("2d").clearRect(0, 0, canvas.width, canvas.height);
}
