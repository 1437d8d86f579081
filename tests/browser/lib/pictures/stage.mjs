// Where the pictures are taken: one class of the practice site, with a desk for the staff and one for who applies.
import * as desk from '../desk.mjs';
import { go } from '../look.mjs';
import * as form from '../pages.mjs';
import * as practice from '../practice.mjs';
import { addresses, newContext } from '../session.mjs';

/** The people of a desk, by their role there. */
export const PEOPLE = {
  clerk: '水野 花子', approver: '堀田 次郎', administrator: '青木 三郎', auditor: '石黒 四郎', operator: '小杉 五月', viewer: '岡本 六実',
};
export const LEARNERS = ['長岡 一郎', '越路 二葉', '栃尾 三郎'];
export const CLASS = '新任の受付担当の研修';
export const TEST = '受入テスト（1回目）';
const TRAINER = '水野 花子';

/** The names that pages show and that are no words of theirs. */
export const NAMES = [...Object.values(PEOPLE), ...LEARNERS, CLASS, TEST];

/** The widths of a console's page: as at a desk, and for one column of two, where a page is too long for one. */
export const WIDE = 1280;
export const NARROW = 660;
/** The narrowest at which a month is still drawn as a table. */
export const MONTH = 780;

/** The clock of the desk, in the order in which it goes on: each picture says at which of these it is taken. */
export const TIMES = ['friday', 'outage', 'monday'];

export const link = (page, name) => page.getByRole('link', { name, exact: true });
export const row = (page, words) => page.locator('main table tbody tr').filter({ hasText: words });
export const follow = (page, name) => go(page, link(page, name).first());
export const heading = (page, name) => page.getByRole('heading', { name, exact: true });
/** A part of a page: its heading, and the first `kind` of thing behind it. */
export const part = (page, name, kind) => [heading(page, name), heading(page, name).locator(`xpath=following-sibling::${kind}[1]`)];
/** A column of the page's table, by what stands above it. */
export const column = (page, name) => [
  page.locator('main thead th').filter({ hasText: new RegExp(`^${name}$`) }),
  page.locator(`main tbody td[data-label="${name}"]`),
];
/** The first column, whose cells are headings of their rows. */
export const rowHeads = (page) => [page.locator('main thead th:first-child'), page.locator('main tbody th')];
const root = (place) => (typeof place.page === 'function' ? place.page() : place);
/** The rows of a summary, by what stands before them. */
export const facts = (place, ...names) =>
  names.map((name) => place.locator('.summary__row').filter({ has: root(place).locator('dt').getByText(name, { exact: true }) }));
/** A field with its label, by the field's id. */
export const field = (page, id) => page.locator('.field, .checkbox').filter({ has: page.locator(`[id="${id}"]`) }).last();

/**
 * The day of the class: a Friday around which, two weeks before and after, no weekday is closed. June and the beginning of
 * December are so in every year; elsewhere what is due, and so the pictures, would be other ones.
 */
function quietFriday() {
  const now = new Date(Date.now() + 9 * 3_600_000);
  const friday = (year, month, from) => {
    const day = new Date(Date.UTC(year, month - 1, from));
    day.setUTCDate(from + ((5 - day.getUTCDay() + 7) % 7));
    return day.toISOString().slice(0, 10);
  };
  const year = now.getUTCFullYear();
  const all = [friday(year, 6, 15), friday(year, 12, 8), friday(year + 1, 6, 15)];
  return all.find((day) => day >= now.toISOString().slice(0, 10));
}

class Stage {
  app = addresses();
  day = quietFriday();
  /** The codes of the classes, which are others each time. */
  codes = [];
  #contexts = [];
  #seats = new Map();
  #role;
  #done = new Map();

  /** So many days before the day of the class. */
  before(days) {
    return new Date(new Date(this.day).getTime() - days * 24 * 3_600_000).toISOString().slice(0, 10);
  }

  async #page(options) {
    const context = await newContext({ ...options, more: { reducedMotion: 'reduce', ...options.more } });
    this.#contexts.push(context);
    return context.newPage();
  }

  /** Does something once, whoever asks for it first; the others wait for the same. */
  once(name, act) {
    if (!this.#done.has(name)) this.#done.set(name, act());
    return this.#done.get(name);
  }

  /** The trainer at the real console. */
  trainer() {
    return this.once('trainer', async () => {
      const page = await this.#page({ width: WIDE });
      await desk.signIn(page, this.app, TRAINER);
      return page;
    });
  }

  /** The code of the class, or of the acceptance test. */
  class(title = CLASS) {
    return this.once(title, async () => {
      const today = new Date(Date.now() + 9 * 3_600_000).toISOString().slice(0, 10);
      const what = title === CLASS ? { seats: LEARNERS.length, day: this.day } : { seats: 1, day: today, kind: '受入テスト' };
      const code = await practice.makeClass(await this.trainer(), this.app, { title, ...what });
      this.codes.push(code);
      return code;
    });
  }

  /** A learner at the own seat, on the list of exercises. The first seat is the desk of all pictures of the staff. */
  async seat(number, title = CLASS) {
    const code = await this.class(title);
    const place = `${title} ${number}`;
    if (!this.#seats.has(place)) {
      const page = await this.#page({ width: WIDE });
      await practice.sit(page, this.app, { code, number, name: LEARNERS[number - 1] });
      this.#seats.set(place, page);
    }
    return this.#seats.get(place);
  }

  /** Somebody who has no seat yet. */
  visitor(width) {
    return this.#page({ width });
  }

  /** A page of the desk's console, as one of its people. */
  async at(role, path, width = WIDE) {
    const page = await this.seat(1);
    await page.setViewportSize({ width, height: 800 });
    if (this.#role !== role) {
      await page.goto(`${this.app.training}/training/`);
      await practice.become(page, PEOPLE[role]);
      this.#role = role;
    }
    await page.goto(this.app.training + path);
    return page;
  }

  /** Goes on until the clock of the desk stands at one of its times. */
  async until(time) {
    for (const next of TIMES.slice(1, TIMES.indexOf(time) + 1)) await this.once(next, () => this[next]());
  }

  async #move(label) {
    const page = await this.seat(1);
    await page.goto(`${this.app.training}/training/`);
    await practice.move(page, label);
    // Everybody was away for too long.
    this.#role = undefined;
  }

  /** Friday, a little after eleven: a planned outage, agreed upon at ten, has begun. */
  async outage() {
    const page = await this.at('operator', '/outages/new');
    await page.getByLabel('作業の内容').fill('申込みのサーバーの部品を取りかえ、動きを確かめる');
    await page.getByLabel('始まり').fill(`${this.day} 11:00`);
    await page.getByLabel('終わり').fill(`${this.day} 13:00`);
    await page.getByLabel('申込者へのお知らせ').fill('機器の点検のため、申込みを休みます。');
    await page.getByLabel('影響').fill('新しい申込みができない。結果の確認はできる');
    await page.getByLabel('切戻しの方法').fill('12時30分までに終わらないときは、古い部品にもどす');
    await form.press(page, '提案する');
    this.outagePath = new URL(page.url()).pathname;
    await form.press(await this.at('approver', this.outagePath), '承認する');
    await this.#move('1時間');
    await form.press(await this.at('operator', this.outagePath), '作業を始めた');
  }

  /** Monday, 8:31: the bureau has just opened, the file of the weekend has been closed, alarms wait. */
  async monday() {
    const page = await this.at('operator', this.outagePath);
    await page.getByLabel('作業の結果').fill('部品を取りかえた。申込みの画面が開くことを確かめた');
    await form.press(page, '作業を終えた');
    await this.#move('次の営業日の8時31分まで');
  }

  /** Somebody with a phone at the desk's public face; each has a session of their own. */
  async citizen(name) {
    return this.once(`citizen ${name}`, async () => {
      const learner = await this.seat(1);
      const page = await this.#page({ width: 390, more: { deviceScaleFactor: 2, storageState: await learner.context().storageState() } });
      await page.goto(`${this.app.training}/training/`);
      await practice.bar(page, '申込みの画面');
      const face = new URL(page.url()).origin;
      return { page, app: { ...this.app, public: face, gateway: await this.#bank(page) } };
    });
  }

  async #bank(page) {
    const address = await page.locator('.practice-bar').getByRole('link', { name: '金融機関の画面' }).getAttribute('href');
    return new URL(address).origin;
  }

  async close() {
    for (const context of this.#contexts) await context.close();
  }
}

export const openStage = () => new Stage();
