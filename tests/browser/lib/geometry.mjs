// What axe cannot see (ux.md 4.2, checks 5 to 8): overflow, clipped text, small targets, columns one character wide.
// Each function answers a list of findings in words; an empty list is a pass.
import assert from 'node:assert/strict';

/** Runs `measure(tools, argument)` in the page. The tools are spelled out there, for nothing may be loaded into it. */
function inPage(page, measure, argument) {
  return page.evaluate(`(${measure})((${tools})(), ${JSON.stringify(argument ?? null)})`);
}

function tools() {
  const shown = (element) => {
    if (!element.getClientRects().length) return false;
    const style = getComputedStyle(element);
    const box = element.getBoundingClientRect();
    return style.visibility === 'visible' && box.width > 0 && box.height > 0;
  };
  // Hidden from the eye but kept for screen readers: 1 px boxes, or boxes clipped to nothing.
  const onlyHeard = (element) => {
    for (let one = element; one && one !== document.body; one = one.parentElement) {
      const style = getComputedStyle(one);
      const box = one.getBoundingClientRect();
      const clipped = style.clip === 'rect(0px, 0px, 0px, 0px)' || /inset\((50|100)%/.test(style.clipPath);
      if (clipped || (box.width <= 1.5 && box.height <= 1.5) || box.bottom + scrollY < 0) return true;
    }
    return false;
  };
  const name = (element) => {
    const id = element.id ? `#${element.id}` : '';
    const kind = typeof element.className === 'string' && element.className ? `.${element.className.trim().split(/\s+/).join('.')}` : '';
    const text = (element.value || element.textContent || '').trim().replace(/\s+/g, ' ').slice(0, 24);
    return `${element.tagName.toLowerCase()}${id}${kind}「${text}」`;
  };
  const seen = (selector) => [...document.querySelectorAll(selector)].filter((one) => shown(one) && !onlyHeard(one));
  return { shown, onlyHeard, name, seen };
}

/** Check 5a: nothing sticks out sideways, except inside `.scroll`. */
export function overflow(page) {
  return inPage(page, ({ name, seen }) => {
    const root = document.scrollingElement;
    const found = [];
    if (root.scrollWidth > root.clientWidth) found.push(`the page is ${root.scrollWidth} px wide in ${root.clientWidth} px`);
    for (const one of seen('body *')) {
      const right = one.getBoundingClientRect().right + scrollX;
      if (right > root.clientWidth + 1 && !one.closest('.scroll')) found.push(`${name(one)} ends at ${Math.round(right)} px of ${root.clientWidth}`);
    }
    return found;
  });
}

/** Check 5b: what has the focus is not covered by a bar that stays in place (WCAG 2.4.11). */
export function covered(page) {
  return inPage(page, ({ name, seen }) => {
    const bars = [...document.querySelectorAll('body *')].filter((one) => ['fixed', 'sticky'].includes(getComputedStyle(one).position));
    const before = document.activeElement;
    const found = [];
    for (const one of seen('a[href], button, input, select, textarea, summary, [tabindex]')) {
      one.focus();
      if (document.activeElement !== one) continue;
      const box = one.getBoundingClientRect();
      for (const bar of bars) {
        if (bar.contains(one) || one.contains(bar)) continue;
        const over = bar.getBoundingClientRect();
        const touches = box.left < over.right && over.left < box.right && box.top < over.bottom - 1 && over.top < box.bottom - 1;
        if (touches && over.width * over.height > 0) found.push(`${name(one)} is under ${name(bar)}`);
      }
    }
    before?.focus?.();
    scrollTo(0, 0);
    return found;
  });
}

/** Check 6: with the spacing of WCAG 1.4.12 no box clips its text that did not before. */
export function clipping(page) {
  return inPage(page, ({ name, seen }) => {
    const boxes = seen('body *').filter((one) => {
      const { display, overflowX, overflowY } = getComputedStyle(one);
      return display !== 'inline' && ![overflowX, overflowY].some((how) => how === 'auto' || how === 'scroll')
        && !['INPUT', 'TEXTAREA', 'svg', 'IMG'].includes(one.tagName) && !one.closest('svg');
    });
    const excess = () => boxes.map((one) => [one.scrollHeight - one.clientHeight, one.scrollWidth - one.clientWidth]);
    const before = excess();
    const sheet = new CSSStyleSheet();
    sheet.replaceSync(`* { line-height: 1.5 !important; letter-spacing: 0.12em !important; word-spacing: 0.16em !important }
      p { margin-bottom: 2em !important }`);
    const sheets = document.adoptedStyleSheets;
    document.adoptedStyleSheets = [...sheets, sheet];
    const after = excess();
    const root = document.scrollingElement;
    const found = root.scrollWidth > root.clientWidth ? [`spaced, the page is ${root.scrollWidth} px wide`] : [];
    boxes.forEach((one, at) => {
      const [down, right] = [0, 1].map((axis) => after[at][axis] - Math.max(0, before[at][axis]));
      if (down > 3 || right > 3) found.push(`${name(one)} clips ${Math.max(down, right)} px of spaced text`);
    });
    document.adoptedStyleSheets = sheets;
    return found;
  });
}

/** Check 7: 44 × 44 for what is pressed, 24 high for the rest; links inside a sentence are free. */
export function targets(page) {
  return inPage(page, ({ name, seen }) => {
    const found = [];
    const want = (element, box, size) => {
      if (box.width < size - 0.5 || box.height < size - 0.5) found.push(`${name(element)} is ${Math.round(box.width)} × ${Math.round(box.height)}, not ${size} × ${size}`);
    };
    const union = (boxes) => ({
      width: Math.max(...boxes.map((b) => b.right)) - Math.min(...boxes.map((b) => b.left)),
      height: Math.max(...boxes.map((b) => b.bottom)) - Math.min(...boxes.map((b) => b.top)),
    });
    for (const one of [...document.querySelectorAll('input[type=radio], input[type=checkbox]')]) {
      const boxes = [one, ...(one.labels ?? [])].map((part) => part.getBoundingClientRect()).filter((box) => box.width > 0);
      if (boxes.length) want(one.labels?.[0] ?? one, union(boxes), 44);
    }
    for (const one of seen('button, input:not([type=radio]):not([type=checkbox]):not([type=hidden]), select, textarea, summary, nav a, .card a, a.button')) {
      want(one, one.getBoundingClientRect(), 44);
    }
    for (const one of seen('a[href]')) {
      if (one.matches('nav a, .card a, a.button')) continue;
      const inSentence = [...one.parentElement.childNodes].some((part) => part !== one && part.nodeType === 3 && part.textContent.trim());
      if (!inSentence && one.getBoundingClientRect().height < 23.5) want(one, { width: 24, height: one.getBoundingClientRect().height }, 24);
    }
    return found;
  });
}

/** Check 8: no cell or label under 40 px, no text broken into lines of one or two characters. */
export function narrow(page) {
  return inPage(page, ({ name, seen, onlyHeard }) => {
    const found = [];
    for (const one of seen('td, th, dt, dd, label, legend, caption, button')) {
      const width = one.getBoundingClientRect().width;
      if (width < 40 && one.textContent.trim().length > 2) found.push(`${name(one)} is ${Math.round(width)} px wide`);
    }
    const walker = document.createTreeWalker(document.body, NodeFilter.SHOW_TEXT);
    for (let text = walker.nextNode(); text; text = walker.nextNode()) {
      const content = text.textContent.trim();
      if (content.length < 4 || !/[\u3040-\u30ff\u3400-\u9fff]/.test(content)) continue;
      const range = document.createRange();
      range.selectNodeContents(text);
      const lines = new Set([...range.getClientRects()].filter((box) => box.width > 0).map((box) => Math.round(box.top))).size;
      if (lines >= 4 && content.length / lines <= 2.5 && !onlyHeard(text.parentElement)) {
        found.push(`${name(text.parentElement)} breaks ${content.length} characters into ${lines} lines`);
      }
    }
    return found;
  });
}

function assertNone(found, where) {
  assert.ok(found.length === 0, `${where}\n${found.join('\n')}`);
}

/** Checks 5 to 8 at the window's present size. */
export async function assertGeometry(page, state) {
  const where = `${new URL(page.url()).pathname}, ${state}`;
  const checks = { overflow, clipping, targets, narrow };
  for (const [kind, check] of Object.entries(checks)) assertNone(await check(page), `${kind} on ${where}`);
}

/** 400 % zoom of a 1280 px window. */
export async function assertZoomed(page, state) {
  const before = page.viewportSize();
  await page.setViewportSize({ width: 320, height: 256 });
  const where = `${new URL(page.url()).pathname}, ${state}, 320 × 256`;
  assertNone(await overflow(page), `overflow on ${where}`);
  assertNone(await covered(page), `focus covered on ${where}`);
  await page.setViewportSize(before);
}
