// How a picture of a manual is taken: what is left out, where the numbered marks stand, what is cut.
const LOWEST = 30; // below the last mark
const AROUND = 26; // beside a mark and above it, so that its number is whole
const FOLDED = '（中略）';

/** The box around everything that the locators of one mark show, in the document. `mark` is a locator or a list of them. */
async function boxOf(mark, number) {
  const boxes = [];
  for (const locator of [mark].flat(Infinity)) {
    boxes.push(...await locator.evaluateAll((all) => all.filter((one) => one.checkVisibility()).map((one) => {
      const { left, top, right, bottom } = one.getBoundingClientRect();
      return { left: left + scrollX, top: top + scrollY, right: right + scrollX, bottom: bottom + scrollY };
    })));
  }
  if (boxes.length === 0) throw new Error(`nothing is seen where mark ${number} points: ${[mark].flat(Infinity).join(', ')}`);
  return around(boxes);
}

function around(boxes) {
  const least = (side) => Math.min(...boxes.map((box) => box[side]));
  const most = (side) => Math.max(...boxes.map((box) => box[side]));
  return { left: least('left'), top: least('top'), right: most('right'), bottom: most('bottom') };
}

/** What is cut: what `from` asks for, down to a little below the last mark, and never more than the page. */
async function regionOf(page, from, boxes) {
  const all = around(boxes);
  const { width, height } = await page.evaluate(() => ({ width: document.documentElement.scrollWidth, height: document.documentElement.scrollHeight }));
  const first = await boxOf(from, 'the frame');
  return {
    left: Math.min(first.left, all.left),
    top: Math.min(first.top, all.top),
    right: Math.min(width, Math.max(first.right, all.right + AROUND)),
    bottom: Math.min(height, all.bottom + LOWEST),
  };
}

/**
 * Draws the marks into the page: a frame around each box and its number in a black disc at the upper left corner. Black and
 * white alone, with a white edge, so that they are seen on every ground and on paper. Without a style sheet: the pages'
 * Content-Security-Policy lets none in.
 */
function draw({ marks, region }) {
  const RADIUS = 13;
  const GAP = 4;
  const make = (name, attributes, inside) => {
    const one = document.createElementNS('http://www.w3.org/2000/svg', name);
    for (const [key, value] of Object.entries(attributes)) one.setAttribute(key, value);
    inside.append(one);
    return one;
  };
  const layer = make('svg', { id: 'picture-marks', width: region.right, height: region.bottom }, document.body);
  Object.assign(layer.style, { position: 'absolute', left: '0', top: '0', zIndex: '99', maxWidth: 'none', pointerEvents: 'none' });
  const within = (value, least, most) => Math.min(Math.max(value, least), most);
  const discs = [];
  const isFree = (x, y) => discs.every((disc) => Math.hypot(disc.x - x, disc.y - y) > 2 * RADIUS + 1);
  const frames = marks.map(({ number, box }) => ({
    number,
    x: within(box.left - GAP, region.left + 2, region.right - 2),
    y: within(box.top - GAP, region.top + 2, region.bottom - 2),
    right: within(box.right + GAP, region.left + 2, region.right - 2),
    bottom: within(box.bottom + GAP, region.top + 2, region.bottom - 2),
  }));
  // All edges first: that of one frame must not cut the line of another.
  for (const line of [{ stroke: '#fff', 'stroke-width': 7 }, { stroke: '#111', 'stroke-width': 3 }]) {
    for (const { x, y, right, bottom } of frames) make('rect', { x, y, width: right - x, height: bottom - y, rx: 4, fill: 'none', ...line }, layer);
  }
  for (const { number, x, y, bottom } of frames) {
    let cx = within(x - 7, region.left + RADIUS + 2, region.right - RADIUS - 2);
    // Where there is no room above, such as in the bar at the top, the number stands below.
    let cy = y - 4 < region.top + RADIUS + 2 ? bottom : y - 4;
    // Down along the frame's left side while there is room, else to the right.
    while (!isFree(cx, cy)) {
      if (cy + 2 * RADIUS + 2 < bottom) cy += 2 * RADIUS + 2;
      else cx += 2 * RADIUS + 2;
    }
    discs.push({ x: cx, y: cy });
    make('circle', { cx, cy, r: RADIUS, fill: '#111', stroke: '#fff', 'stroke-width': 2 }, layer);
    const text = { x: cx, y: cy + 5.5, fill: '#fff', 'text-anchor': 'middle', 'font-size': 16, 'font-weight': 700, 'font-family': 'sans-serif' };
    make('text', text, layer).textContent = number;
  }
}

/** One part of the page with the marks that begin in it. */
async function cut(page, region, marks, more) {
  const { left, top, right, bottom } = region;
  const inside = marks.filter(({ box }) => box.top >= top && box.top < bottom);
  await page.evaluate(draw, { marks: inside, region });
  const clip = { x: left, y: top, width: right - left, height: bottom - top };
  // The page's own caret is gone with the focus; Playwright would hide it with a style sheet that the page refuses.
  const image = await page.screenshot({ fullPage: true, clip, animations: 'disabled', caret: 'initial', ...more });
  await page.evaluate(() => document.getElementById('picture-marks').remove());
  return image;
}

/** Two parts of a page side by side, like the columns of a newspaper: as one, it would be too high for a sheet of paper. */
async function columns(page, parts, marks, path) {
  const images = [];
  for (const part of parts) images.push({ width: part.right - part.left, data: (await cut(page, part, marks)).toString('base64') });
  const sheet = await page.context().newPage();
  const image = ({ width, data }) => `<img src="data:image/png;base64,${data}" width="${width}" style="align-self:start;outline:1px solid #777">`;
  await sheet.setContent(`<body style="margin:0"><div style="display:inline-flex;gap:24px;padding:1px">${images.map(image).join('')}</div>`);
  await sheet.locator('div').screenshot({ path });
  await sheet.close();
}

/** The browser of a test machine may know English alone; to a clerk the button for a file speaks Japanese. */
function sayFilesInJapanese() {
  for (const input of document.querySelectorAll('input[type=file]')) {
    const face = document.createElement('div');
    face.className = input.className;
    const button = face.appendChild(document.createElement('button'));
    button.textContent = 'ファイルの選択';
    face.append(`　${input.files[0]?.name ?? 'ファイルが選択されていません'}`);
    input.before(face);
    input.hidden = true;
  }
}

/**
 * Takes the picture into `file`. `from` is a locator: where the picture begins, and how wide it is at least; else it is the
 * main part of a page of the console. With `second` what begins there stands in a column of its own.
 */
export async function shoot(page, { marks: wanted, from = page.locator('main'), second, tallest }, file) {
  await page.evaluate(async () => {
    document.activeElement?.blur();
    await document.fonts.ready;
  });
  await page.evaluate(sayFilesInJapanese);
  const marks = [];
  for (const [index, mark] of wanted.entries()) marks.push({ number: String(index + 1), box: await boxOf(mark, index + 1) });
  const region = await regionOf(page, from, marks.map(({ box }) => box));
  const half = second ? (await boxOf(second, 'the second column')).top - AROUND : region.bottom;
  const height = Math.ceil(Math.max(half - region.top, region.bottom - half));
  if (height > tallest) throw new Error(`it would be ${height} px high; at most ${tallest} fit a page: fold or cut what is not needed`);
  if (second) await columns(page, [{ ...region, bottom: half }, { ...region, top: half }], marks, file);
  else await cut(page, region, marks, { path: file });
}

/** Leaves out what a picture does not need, and says so wherever something was. */
export async function fold(locator) {
  const count = await locator.evaluateAll((all, words) => {
    for (const one of all) {
      const isRow = one.tagName === 'TR';
      if (!all.includes(one.previousElementSibling)) { // the first of those that stand together
        const note = document.createElement({ TR: 'tr', LI: 'li' }[one.tagName] ?? 'p');
        const cell = isRow ? note.appendChild(document.createElement('td')) : note;
        if (isRow) cell.colSpan = [...one.cells].reduce((sum, { colSpan }) => sum + colSpan, 0);
        cell.textContent = words;
        // A table may be wider than what is seen of it.
        Object.assign(cell.style, { textAlign: isRow ? 'left' : 'center', height: 'auto' });
        note.style.listStyle = 'none';
        one.before(note);
      }
      one.hidden = true;
    }
    return all.length;
  }, FOLDED);
  if (count === 0) throw new Error(`nothing to fold: ${locator}`);
}

/** Of a long text its first lines, and that there are more. */
export async function shorten(locator, lines) {
  await locator.evaluate((one, { keep, words }) => {
    one.textContent = [...one.textContent.split('\n').slice(0, keep), words].join('\n');
  }, { keep: lines, words: FOLDED });
}
