// Points of the latent space: those of the prior, those of the lecture, and paths between two.

// A generator of uniform random numbers in (0, 1) from a seed (Mulberry32), so that a page shows
// the same images each time it is opened.
export function uniform(seed) {
  let state = seed >>> 0;
  return () => {
    state = (state + 0x6d2b79f5) >>> 0;
    let t = Math.imul(state ^ (state >>> 15), state | 1);
    t ^= t + Math.imul(t ^ (t >>> 7), t | 61);
    return (((t ^ (t >>> 14)) >>> 0) + 0.5) / 4294967296;
  };
}

// A point z of N(0, I), by the method of Box and Muller.
export function normalPoint(size, random) {
  return Float32Array.from({ length: size }, () => {
    return Math.sqrt(-2 * Math.log(random())) * Math.cos(2 * Math.PI * random());
  });
}

// The lecture's point: coordinate i has the mean a·t and the deviation b·|t|, t from -1 to 1.
export function lecturePoint(normal, a, b) {
  return normal.map((n, i) => {
    const t = -1 + (2 * i) / (normal.length - 1);
    return a * t + Math.abs(b * t) * n;
  });
}

export function dot(x, y) {
  return x.reduce((sum, value, i) => sum + value * y[i], 0);
}

export function norm(x) {
  return Math.sqrt(dot(x, x));
}

function mixed(x, y, p, q) {
  return x.map((value, i) => p * value + q * y[i]);
}

// A point, moved along each direction by so much.
export function moved(point, directions, shifts) {
  return directions.reduce((z, direction, k) => mixed(z, direction, 1, shifts[k]), [...point]);
}

export function straight(start, end, ratio) {
  return mixed(start, end, 1 - ratio, ratio);
}

// The point on the great circle (White 2016, slerp); on the straight path if there is none.
export function spherical(start, end, ratio) {
  const cosine = dot(start, end) / (norm(start) * norm(end));
  const angle = Math.acos(Math.min(1, Math.max(-1, cosine)));
  if (!(Math.sin(angle) > 1e-6)) return straight(start, end, ratio);
  const share = (part) => Math.sin(part * angle) / Math.sin(angle);
  return mixed(start, end, share(1 - ratio), share(ratio));
}

// The mean cosine between all pairs of points: 1 if all point in one direction.
export function meanCosine(points) {
  let sum = 0;
  let pairs = 0;
  for (let i = 0; i < points.length; i++) {
    for (let j = 0; j < i; j++, pairs++) {
      sum += dot(points[i], points[j]) / (norm(points[i]) * norm(points[j]));
    }
  }
  return pairs > 0 ? sum / pairs : 1;
}
