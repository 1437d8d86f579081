// Takes the pictures of the manuals at the practice site: `node pictures.mjs [name …]`, all of them without a name.
// `node pictures.mjs --check [name …]` takes them into a folder of its own and fails where a page no longer says what it said.
import { execFileSync } from 'node:child_process';
import { mkdtempSync, mkdirSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { ownDemo } from './lib/behind.mjs';
import { closeAll } from './lib/browsers.mjs';
import { shoot } from './lib/picture.mjs';
import { PICTURES, assertNumbers, differences, keep, keptWords, usesOfPictures, wordsOf } from './lib/picture-papers.mjs';
import administrator from './lib/pictures/administrator.mjs';
import applicant from './lib/pictures/applicant.mjs';
import operator from './lib/pictures/operator.mjs';
import { NAMES, NARROW, TIMES, openStage } from './lib/pictures/stage.mjs';
import staff from './lib/pictures/staff.mjs';
import trainer from './lib/pictures/trainer.mjs';

/** What fits a page: of a phone, of the console. */
const TALLEST = { phone: 900, console: 1100 };
/** Of two columns, behind the title. */
const CONTINUED = '（右の列は、左の列の続き）';
const timeOf = (picture) => TIMES.indexOf(picture.at ?? TIMES[0]);
/** In the order in which the clock of the desk goes on. */
export const ALL = [applicant, staff, administrator, operator, trainer].flat().sort((a, b) => timeOf(a) - timeOf(b));

/** Fails when a manual shows a picture that nobody takes, or one is taken that no manual shows. */
export function assertEachIsUsed(uses) {
  const names = ALL.map(({ name }) => name);
  const missing = [...uses.keys()].filter((name) => !names.includes(name));
  const idle = names.filter((name) => !uses.has(name));
  if (missing.length + idle.length > 0) throw new Error(`nobody takes: ${missing.join(', ') || 'none'}; no manual shows: ${idle.join(', ') || 'none'}`);
}

async function take(stage, picture, folder, uses) {
  await stage.until(picture.at ?? TIMES[0]);
  const { page, words = page.locator('main'), data, ...shot } = await picture.take(stage);
  assertNumbers(picture.name, shot.marks.length, uses);
  const own = await wordsOf(words, [...NAMES, ...stage.codes], data);
  const tallest = page.viewportSize().width < NARROW ? TALLEST.phone : TALLEST.console;
  await shoot(page, { tallest, ...shot }, join(folder, `${picture.name}.png`));
  return { name: picture.name, title: picture.title + (shot.second ? CONTINUED : ''), words: own };
}

/** Takes the pictures that `names` asks for into `folder`. Answers what was taken, and with which errors what was not. */
export async function takeAll(names, folder, log = () => {}) {
  const uses = usesOfPictures();
  assertEachIsUsed(uses);
  const unknown = names.filter((name) => !ALL.some((picture) => picture.name === name));
  if (unknown.length > 0) throw new Error(`no such picture: ${unknown.join(', ')}`);
  mkdirSync(folder, { recursive: true });
  const stage = openStage();
  const [taken, wrong] = [[], []];
  try {
    for (const picture of ALL.filter(({ name }) => names.length === 0 || names.includes(name))) {
      const started = Date.now();
      try {
        taken.push(await take(stage, picture, folder, uses));
        log(`${picture.name} ${((Date.now() - started) / 1000).toFixed(1)} s`);
      } catch (error) {
        wrong.push(`${picture.name}: ${error.stack}`);
      }
    }
  } finally {
    await stage.close();
  }
  return { taken, wrong, uses };
}

/** Takes them again, for their words alone. Answers what is wrong, with the name of the picture before it. */
export async function check(names, log) {
  const folder = mkdtempSync(join(tmpdir(), 'mizumado-pictures-'));
  try {
    const { taken, wrong } = await takeAll(names, folder, log);
    const kept = keptWords();
    for (const { name, words } of taken) {
      const changed = differences(kept[name], words);
      if (changed) wrong.push(`${name}: the page no longer says what it said when its picture was taken: ${changed}`);
    }
    return wrong;
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

/** A demo of its own; how busy the machine is raises no alarm in it. */
export const picturesDemo = () => ownDemo('pictures', { MIZUMADO_WATCH__CPU_PERCENT: '10000' });

async function main(given) {
  const names = given.filter((one) => one !== '--check');
  const stop = process.env.MIZUMADO_ADDRESSES ? undefined : await picturesDemo();
  let wrong;
  try {
    if (given.includes('--check')) wrong = await check(names, console.log);
    else {
      const all = await takeAll(names, PICTURES, console.log);
      const files = all.taken.map(({ name }) => join(PICTURES, `${name}.png`));
      if (files.length > 0) execFileSync('/usr/bin/python3', [join(import.meta.dirname, 'lib', 'smaller.py'), ...files]);
      keep(all.taken, all.uses);
      wrong = all.wrong;
    }
  } finally {
    await closeAll();
    await stop?.();
  }
  for (const one of wrong) console.error(`\nwrong: ${one}`);
  process.exitCode = wrong.length > 0 ? 1 : 0;
}

if (import.meta.url === pathToFileURL(process.argv[1] ?? '').href) await main(process.argv.slice(2));
