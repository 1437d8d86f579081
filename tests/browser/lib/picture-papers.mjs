// What is written about the pictures: the lists of the manuals that explain their numbers, and the words that a page had.
import { readFileSync, readdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';

const root = join(import.meta.dirname, '..', '..', '..');
const MANUALS = join(root, 'manuals');
export const PICTURES = join(root, 'assets', 'pictures');

/** The length of the ordered list that follows a line, with one empty line between; 0 when there is none. */
function listAfter(lines, at) {
  const rest = lines.slice(at + 2);
  const end = rest.findIndex((line) => !/^\d+\. /.test(line));
  return end === -1 ? rest.length : end;
}

/** Name → where the manuals show it: `{ place, numbers }`. The slides explain theirs in what is said to them. */
export function usesOfPictures() {
  const uses = new Map();
  for (const file of readdirSync(MANUALS).filter((name) => name.endsWith('.md')).sort()) {
    const lines = readFileSync(join(MANUALS, file), 'utf8').split('\n');
    for (const [at, line] of lines.entries()) {
      const name = /^!\[.*\]\(picture:([a-z-]+)\)$/.exec(line)?.[1];
      if (!name) continue;
      const use = { place: `manuals/${file}:${at + 1}`, numbers: file === 'slides.md' ? undefined : listAfter(lines, at) };
      uses.set(name, [...(uses.get(name) ?? []), use]);
    }
  }
  return uses;
}

/** Fails when a picture has more or fewer marks than the list after it has numbers. */
export function assertNumbers(name, marks, uses) {
  for (const { place, numbers } of uses.get(name) ?? []) {
    if (numbers !== undefined && numbers !== marks) throw new Error(`${marks} marks, but the list at ${place} has ${numbers} numbers`);
  }
}

const OWN = 'h1, h2, h3, label, legend, button, summary, thead th, tbody th, dt, nav a';
/** Numbers of applications and inquiries: they are others each time. */
const DATA = [/[0-9A-Z]{3}-[0-9A-Z]{3}-[0-9A-Z]{3}/, /\b[0-9A-Z]{4}-[0-9A-Z]{4}\b/];

const textsOf = (locator) => locator.evaluateAll((all) => all.map((one) => one.textContent.replaceAll(/\s+/g, ' ').trim()));

/** The own words of a page's part, as far as they are the same each time: sorted, each once, digits as 0; without `names` and `data`. */
export async function wordsOf(part, names, data) {
  const others = data ? await textsOf(data) : [];
  const found = (await textsOf(part.locator(OWN))).filter((text) => !others.includes(text));
  const own = found.filter((text) => text && !DATA.some((data) => data.test(text)) && !names.some((name) => text.includes(name)));
  return [...new Set(own.map((text) => text.replaceAll(/[0-9０-９]+/g, '0')))].sort();
}

/** What has come and gone, in words; empty when nothing has. */
export function differences(before = [], now) {
  const gone = before.filter((word) => !now.includes(word)).map((word) => `－「${word}」`);
  const come = now.filter((word) => !before.includes(word)).map((word) => `＋「${word}」`);
  return [...gone, ...come].join(' ');
}

const WORDS = 'words.json';
const TITLES = 'pictures.tsv';

export function keptWords(folder = PICTURES) {
  try {
    return JSON.parse(readFileSync(join(folder, WORDS), 'utf8'));
  } catch (error) {
    if (error.code === 'ENOENT') return {};
    throw error;
  }
}

const sorted = (object) => Object.fromEntries(Object.entries(object).sort(([a], [b]) => (a < b ? -1 : 1)));

/** Keeps titles and words of what was taken; what is no longer wanted goes, the rest stays. */
export function keep(taken, wanted) {
  const file = join(PICTURES, TITLES);
  const titles = Object.fromEntries(readFileSync(file, { encoding: 'utf8', flag: 'a+' }).split('\n').filter(Boolean).map((line) => line.split('\t')));
  const words = keptWords();
  for (const { name, title, words: own } of taken) [titles[name], words[name]] = [title, own];
  const still = (object) => sorted(Object.fromEntries(Object.entries(object).filter(([name]) => wanted.has(name))));
  writeFileSync(file, Object.entries(still(titles)).map((line) => `${line.join('\t')}\n`).join(''));
  writeFileSync(join(PICTURES, WORDS), `${JSON.stringify(still(words), null, 1)}\n`);
}
