// The inner loop of all networks of the pages.

// The sum of x[from + i] * kernel[at + i] over i < length. There are four sums, because a
// processor adds to several numbers at once, but has to wait for each one.
export function product(x, from, kernel, at, length) {
  let a = 0;
  let b = 0;
  let c = 0;
  let d = 0;
  let i = 0;
  for (; i + 3 < length; i += 4) {
    a += x[from + i] * kernel[at + i];
    b += x[from + i + 1] * kernel[at + i + 1];
    c += x[from + i + 2] * kernel[at + i + 2];
    d += x[from + i + 3] * kernel[at + i + 3];
  }
  for (; i < length; i++) a += x[from + i] * kernel[at + i];
  return a + b + c + d;
}
