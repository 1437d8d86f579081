// A person without a mouse: Tab, Space, arrows, Enter.
import assert from 'node:assert/strict';
import { BUTTON, STEPS, atStep, control } from './pages.mjs';

const MOST = 120;

const isFocused = (target) => target.evaluate((element) => element === document.activeElement);

/** What has the focus shows it: inside the window, with an outline of its own or, where it is a box to tick, of its label. */
export async function assertFocusSeen(page) {
  const unseen = await page.evaluate(() => {
    const one = document.activeElement;
    if (!one || one === document.body || one === document.documentElement) return undefined;
    const marked = [one, one.nextElementSibling].find((part) => part && getComputedStyle(part).outlineStyle === 'solid');
    const { left, top, right, bottom } = (marked ?? one).getBoundingClientRect();
    const isInside = right > 0 && bottom > 0 && left < innerWidth && top < innerHeight && right > left && bottom > top;
    return marked && isInside ? undefined : `${one.outerHTML.slice(0, 120)} from ${left}, ${top} to ${right}, ${bottom}`;
  });
  assert.equal(unseen, undefined, `the focus is not seen at ${page.url()}`);
}

/** Presses Tab until the first element of `selector` has the focus; `each` looks at every place on the way. */
export async function tabTo(page, selector, each = async () => {}) {
  const target = page.locator(selector).first();
  await target.waitFor({ state: 'attached' });
  for (let presses = 0; presses < MOST; presses += 1) {
    if (await isFocused(target)) return;
    await page.keyboard.press('Tab');
    await each(page);
  }
  assert.fail(`Tab does not reach ${selector}`);
}

/** Chooses a radio: Tab into its group, then arrows; Space where it is already on it. */
export async function chooseRadio(page, name, value) {
  const wanted = page.locator(`[id="${name}-${value}"]`);
  await wanted.waitFor({ state: 'attached' });
  const inGroup = () => page.evaluate((group) => document.activeElement?.name === group, name);
  for (let presses = 0; presses < MOST && !(await inGroup()); presses += 1) await page.keyboard.press('Tab');
  assert.ok(await inGroup(), `Tab does not reach the radios of ${name}`);
  for (let presses = 0; presses < MOST && !(await isFocused(wanted)); presses += 1) await page.keyboard.press('ArrowDown');
  assert.ok(await isFocused(wanted), `the arrows do not reach ${name}-${value}`);
  await page.keyboard.press('Space');
  assert.ok(await wanted.isChecked(), `Space chooses ${name}-${value}`);
}

async function write(page, name, value) {
  await tabTo(page, `[id="${name}"]`);
  await page.keyboard.press('Control+a');
  await page.keyboard.type(value);
}

/** Fills one step in the order of its fields and sends it with Enter. Answers the next step. */
export async function passByKeyboard(page, who, step) {
  for (const [name, value] of Object.entries(who[step])) {
    if (name === 'branch') {
      await write(page, 'branch_query', '長岡');
      await tabTo(page, `button:has-text("${BUTTON.search}")`);
      await page.keyboard.press('Enter');
      await chooseRadio(page, name, value);
    } else if (value === true) {
      await tabTo(page, `[id="${name}"]`);
      await page.keyboard.press('Space');
      assert.ok(await page.locator(`[id="${name}"]`).isChecked());
    } else if (await control(page, name).radio.count()) await chooseRadio(page, name, value);
    else await write(page, name, value);
  }
  await tabTo(page, `button:has-text("${BUTTON.next}")`);
  await page.keyboard.press('Enter');
  const next = STEPS[STEPS.indexOf(step) + 1];
  await atStep(page, next);
  return next;
}

/** The places in the document, in the order in which Tab meets them, from the top until it leaves the page. */
export async function tabStops(page) {
  await page.evaluate(() => {
    document.activeElement?.blur();
    getSelection()?.removeAllRanges();
    scrollTo(0, 0);
  });
  await page.locator('body').evaluate((body) => {
    body.tabIndex = -1;
    body.focus();
    body.removeAttribute('tabindex');
  });
  const order = [];
  for (let presses = 0; presses < MOST; presses += 1) {
    await page.keyboard.press('Tab');
    const place = await page.evaluate(() => [...document.querySelectorAll('*')].indexOf(document.activeElement));
    const onPage = await page.evaluate(() => document.activeElement !== document.body && document.activeElement !== document.documentElement);
    if (!onPage || place === order[0]) return { order, left: true };
    order.push(place);
  }
  return { order, left: false };
}
