// Show in the contents which section is read, and lead to the search by a key.
(() => {
  "use strict";
  const links = new Map([...document.querySelectorAll("#contents .sections a")].map((link) =>
    [decodeURIComponent(link.hash.slice(1)), link]));
  const headings = [...document.querySelectorAll("main :is(h1, h2)[id]")];
  let current = null, waits = false;
  function mark() {
    waits = false;
    const isEnd = scrollY > 0 && innerHeight + scrollY >= document.documentElement.scrollHeight - 2;
    const read = headings.filter((heading) => isEnd || heading.getBoundingClientRect().top < 120).at(-1);
    const link = read && links.get(read.id);
    if (link === current) return;
    current?.removeAttribute("aria-current");
    link?.setAttribute("aria-current", "location");
    current = link;
  }
  addEventListener("scroll", () => {
    if (!waits) requestAnimationFrame(mark);
    waits = true;
  }, { passive: true });
  mark();
  addEventListener("keydown", (event) => {
    if (event.key !== "/" || event.ctrlKey || event.metaKey || event.target.closest("input, select, textarea")) return;
    event.preventDefault();
    document.querySelector("[role=search] input").focus({ preventScroll: matchMedia("(min-width: 64rem)").matches });
  });
  // who has no mouse scrolls what is too wide by the arrow keys, for which it needs the focus
  const wide = document.querySelectorAll("main :is(pre, table, .jp-OutputArea-output, .unbroken)");
  const focusable = () => wide.forEach((each) => {
    if (each.scrollWidth > each.clientWidth + 1) each.tabIndex = 0;
    else each.removeAttribute("tabindex");
  });
  addEventListener("load", focusable);
  addEventListener("resize", focusable);
  // paper cannot be unfolded
  const folded = () => document.querySelectorAll("main details:not([open])");
  addEventListener("beforeprint", () => folded().forEach((each) => { each.open = each.dataset.printed = true; }));
  addEventListener("afterprint", () => document.querySelectorAll("[data-printed]").forEach((each) => {
    each.open = false;
    delete each.dataset.printed;
  }));
})();
