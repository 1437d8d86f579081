// The practice site as the tests know it: a trainer's class, a learner's seat, and an exercise from its beginning to its end.
import assert from 'node:assert/strict';
import { readFileSync, readdirSync } from 'node:fs';
import { join } from 'node:path';
import { go } from './look.mjs';
import * as form from './pages.mjs';

/** For what a desk does at length: being made, working through a weekend. */
const LONG_MS = 120_000;
const folder = join(import.meta.dirname, '..', '..', '..', 'assets', 'exercises');
const quoted = (text, name) => new RegExp(`^${name} = "(.*)"$`, 'm').exec(text)?.[1];

function goal(text) {
  const options = /^options = \[\n(.*?)^\]/ms.exec(text)?.[1] ?? '';
  return {
    question: quoted(text, 'question'),
    options: [...options.matchAll(/^ {2}"(.*)",$/gm)].map(([, option]) => option),
    correct: Number(/^correct = (\d+)$/m.exec(text)?.[1]),
  };
}

/** Every exercise that is built in, in its order: what its head says. */
export const EXERCISES = readdirSync(folder).sort().map((file) => {
  const [head, ...goals] = readFileSync(join(folder, file), 'utf8').split('\n+++\n')[0].split('[[goal]]');
  return { id: quoted(head, 'id'), title: quoted(head, 'title'), role: quoted(head, 'role'), goals: goals.map(goal) };
});

export const text = (page) => page.locator('main').innerText();

/** The next Friday: a weekend follows, whatever the day of the run. The desks' clocks begin at ten in the morning. */
export function friday() {
  const day = new Date(Date.now() + 9 * 3_600_000);
  day.setUTCDate(day.getUTCDate() + ((5 - day.getUTCDay() + 7) % 7));
  return day.toISOString().slice(0, 10);
}

/** Makes a class as a trainer who is signed in. Answers its code. */
export async function makeClass(page, app, { title, seats, kind, day = friday() }) {
  await page.goto(`${app.console}/training`);
  await page.getByLabel('教室の名前').fill(title);
  await page.getByLabel('教室の日').fill(day);
  await page.getByLabel('席の数').fill(String(seats));
  if (kind) await page.getByLabel(kind).check();
  // Each seat has a database of its own, so a large class takes its time.
  await form.button(page, '教室を作る').click({ timeout: LONG_MS });
  await page.waitForURL(/\/training\/[2-9A-Z]{6}$/);
  return new URL(page.url()).pathname.split('/').pop();
}

/** Takes a seat by the entrance. Stands on the list of exercises. */
export async function sit(page, app, { code, number, name }) {
  await page.goto(`${app.training}/training/`);
  await page.getByLabel('教室のコード').fill(code);
  await page.getByLabel('席の番号').fill(String(number));
  await page.getByLabel('お名前').fill(name);
  await form.press(page, '教室に入る');
  assert.match(await form.heading(page), /^(課題|受入テスト)：/, await text(page));
}

/** The way between the faces, as the bar on each page has it. */
export const bar = (page, face) => go(page, page.locator('.practice-bar').getByRole('link', { name: face, exact: true }));

/** From anywhere at a desk to an exercise, by the bar and the list. */
export async function toExercise(page, { title }) {
  await bar(page, '課題');
  await go(page, form.link(page, title));
  assert.equal(await form.heading(page), title);
}

/** What stands at each goal: 「まだ」 or 「できました」. */
const marks = (page) => page.locator('form[action$="/answers"] li > p:first-child > .tag').allInnerTexts();

export async function assertMarks(page, exercise, mark) {
  const found = await marks(page);
  assert.deepEqual(found, exercise.goals.map(() => mark), `${exercise.id}: ${found}\n${await text(page)}`);
}

export const check = (page) => go(page, form.link(page, 'できたか確かめる'));

/** Opens an exercise, begins it, and makes sure that nothing is reached for nothing: not by looking, not by guessing. */
export async function begin(page, exercise) {
  await toExercise(page, exercise);
  await form.press(page, 'この課題を始める');
  await assertMarks(page, exercise, 'まだ');
  await check(page);
  await assertMarks(page, exercise, 'まだ');
  if (!exercise.goals.some((one) => one.question)) return;
  await answer(page, exercise, { typed: 'XXXX-XXXX', isRight: false });
  await assertMarks(page, exercise, 'まだ');
  const asked = exercise.goals.filter((one) => one.question).length;
  assert.equal(await page.getByText('もう一度、考えてみてください。').count(), asked, 'each wrong answer is called wrong');
}

/** Answers the questions of an exercise that is open. `typed` is for those without options. */
export async function answer(page, exercise, { typed, isRight = true } = {}) {
  for (const [no, { question, options, correct }] of exercise.goals.entries()) {
    if (!question) continue;
    if (options.length === 0) {
      assert.ok(typed, `${exercise.id} asks 「${question}」`);
      await page.locator(`#answer_${no}`).fill(typed);
      continue;
    }
    const chosen = isRight ? correct : (correct % options.length) + 1;
    await page.locator(`#answer_${no}-${chosen}`).check();
  }
  await form.press(page, '答える');
}

/** Becomes one of the desk's people by the button of the exercise or of the list; stands in the console. */
export async function become(page, name) {
  await go(page, page.locator('section').filter({ hasText: '役をかえる' }).getByRole('button', { name, exact: false }));
  assert.ok((await page.locator('header').innerText()).includes(name), `the console greets ${name}`);
}

/** Moves the clock of the desk; it is worked for on the way. */
export async function move(page, label) {
  const moved = page.waitForEvent('framenavigated', { timeout: LONG_MS });
  await form.button(page, label).click({ timeout: LONG_MS });
  await moved;
  await page.waitForLoadState('load');
}
