// The deliverables are made from the running program and hold what ux.md 3.4 asks of them: each PDF, each Word file, the slides.
import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import { mkdirSync, mkdtempSync, readFileSync, readdirSync, rmSync, statSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { after, before, describe, test } from 'node:test';
import { fileName, makeDeliverables } from '../../scripts/deliverables/make.mjs';
import { foreignFonts, info, pageTexts, placesOfHeadings } from '../../scripts/deliverables/pdf.mjs';

const root = resolve(import.meta.dirname, '..', '..');
const MM = 72 / 25.4;
const bare = (text) => text.replaceAll(/\s/g, '');
/** The words of a piece of HTML. */
const plain = (html) => bare(html.replaceAll(/<[^>]*>/g, '').replaceAll('&amp;', '&').replaceAll('&lt;', '<').replaceAll('&gt;', '>').replaceAll('&nbsp;', ''));
let folder;
let made;

before(async () => {
  folder = mkdtempSync(join(tmpdir(), 'mizumado-deliverables-'));
  const pages = join(folder, 'pages');
  mkdirSync(pages);
  made = await makeDeliverables({
    pages,
    out: join(folder, 'out'),
    program: resolve(process.env.MIZUMADO_BIN ?? join(root, 'target', 'debug', 'mizumado')),
    config: join(root, 'config', 'mizumado.example.toml'),
    campaign: 'test-2026',
  });
});
after(() => rmSync(folder, { recursive: true, force: true }));

const out = (name) => join(folder, 'out', name);
const papers = () => made.entries.filter((entry) => entry.kind !== 'スライド');

/** The headings and pictures of a Word file, after LibreOffice has read it and written it as HTML. */
function read(files) {
  const to = join(folder, 'read');
  const profile = `-env:UserInstallation=file://${join(folder, 'profile')}`;
  execFileSync('soffice', [profile, '--headless', '--convert-to', 'html:HTML (StarWriter)', '--outdir', to, ...files], { stdio: 'ignore' });
  return (name) => {
    const html = readFileSync(join(to, name), 'utf8');
    const headings = [...html.matchAll(/<h[1-6][^>]*>(.*?)<\/h[1-6]>/gs)].map(([, words]) => plain(words));
    return { headings, pictures: (html.match(/<img /g) ?? []).length };
  };
}

describe('the deliverables', () => {
  test('every PDF is A4, tagged, with its own fonts, and numbers its pages', () => {
    for (const entry of papers()) {
      const file = out(`${fileName(entry)}.pdf`);
      const told = info(file);
      assert.match(told['Page size'], /A4/, entry.title);
      assert.equal(told.Tagged, 'yes', entry.title);
      assert.equal(told.Title, entry.title);
      assert.deepEqual(foreignFonts(file), [], entry.title);
      const pages = pageTexts(file);
      assert.equal(pages.length, Number(told.Pages));
      for (const [at, page] of pages.entries()) {
        assert.equal(page.foot ?? undefined, at === 0 ? undefined : `${at + 1} / ${pages.length}`, `${entry.title}, page ${at + 1}`);
      }
    }
  });

  test('no page is nearly empty, and none ends with a heading', () => {
    const found = [];
    for (const entry of papers()) {
      const html = readFileSync(join(folder, 'pages', `${entry.name}.html`), 'utf8');
      const headings = new Set([...html.matchAll(/<h[234][^>]*>(.*?)<\/h[234]>/gs)].map(([, words]) => plain(words)));
      for (const [at, page] of pageTexts(out(`${fileName(entry)}.pdf`)).entries()) {
        if (at > 0 && page.lines < 5) found.push(`${entry.title}, page ${at + 1}: ${page.lines} lines`);
        if (headings.has(bare(page.body.at(-1) ?? ''))) found.push(`${entry.title}, page ${at + 1} ends with ${page.body.at(-1)}`);
      }
    }
    assert.deepEqual(found, []);
  });

  test('the contents name each heading with its page', () => {
    for (const entry of papers()) {
      const file = out(`${fileName(entry)}.pdf`);
      const html = readFileSync(join(folder, 'pages', `${entry.name}.html`), 'utf8');
      const listed = [...html.matchAll(/<a href="#([^"]+)" data-page="(\d*)">(.*?)<\/a>/gs)];
      assert.equal(listed.length, entry.chapters + entry.sections, entry.title);
      const places = placesOfHeadings(file);
      const pages = pageTexts(file);
      for (const [, id, page, words] of listed) {
        assert.equal(page, places[id], `${entry.title}: ${id}`);
        const title = plain(words);
        assert.ok(bare(pages[Number(page) - 1].text).includes(title), `${entry.title}, page ${page}: ${title}`);
      }
      assert.doesNotMatch(html, /図がありません|表がありません/, entry.title);
    }
  });

  test('the quick card of each manual is one page', () => {
    for (const entry of papers().filter((one) => one.kind === 'マニュアル')) {
      const places = placesOfHeadings(out(`${fileName(entry)}.pdf`));
      const html = readFileSync(join(folder, 'pages', `${entry.name}.html`), 'utf8');
      const chapters = [...html.matchAll(/<h2 id="([^"]+)"/g)].map(([, id]) => id);
      assert.equal(chapters[0], 'card', entry.title);
      assert.equal(Number(places[chapters[1]]), Number(places.card) + 1, `${entry.title}: the card has more than a page`);
    }
  });

  test('Word files open with the same headings and pictures', () => {
    const word = read(papers().map((entry) => out(`${fileName(entry)}.docx`)));
    for (const entry of papers()) {
      const { headings, pictures } = word(`${fileName(entry)}.html`);
      const page = readFileSync(join(folder, 'pages', `${entry.name}.html`), 'utf8').split('<main>')[1];
      const wanted = [...page.matchAll(/<h[2-4][^>]*>(.*?)<\/h[2-4]>/gs)].map(([, words]) => plain(words));
      // Word's own are besides: the title and the heading of the contents.
      assert.deepEqual(headings.filter((words) => wanted.includes(words)), wanted, entry.title);
      assert.equal(pictures, entry.pictures, entry.title);
    }
  });

  test('the slides are as many in PDF and in PowerPoint', () => {
    const [deck] = made.entries.filter((entry) => entry.kind === 'スライド');
    const wanted = deck.chapters + 1;
    assert.equal(Number(info(out(`${fileName(deck)}.pdf`)).Pages), wanted);
    const names = execFileSync('python3', ['-m', 'zipfile', '-l', out(`${fileName(deck)}.pptx`)], { encoding: 'utf8' });
    assert.equal((names.match(/ppt\/slides\/slide\d+\.xml/g) ?? []).length, wanted);
  });

  test('the prints of promotion are of the size that they say, in the bureau\'s name', () => {
    const files = readdirSync(join(folder, 'out')).filter((name) => name.startsWith('広報物'));
    assert.equal(files.length, 4);
    for (const name of files) {
      const told = info(out(name));
      assert.equal(told.Pages, '1', name);
      const [width, height] = told['Page size'].match(/[\d.]+/g).map(Number);
      assert.ok(Math.abs(width - 210 * MM) < 2 && Math.abs(height - 297 * MM) < 2, `${name}: ${told['Page size']}`);
      const [{ text }] = pageTexts(out(name));
      assert.ok(text.includes('長岡市水道局') && text.includes('suido.example.jp'), text);
      assert.deepEqual(foreignFonts(out(name)), [], name);
    }
  });

  test('the list tells of every file', () => {
    const list = readFileSync(out('納品物の一覧.csv'), 'utf8');
    for (const name of readdirSync(join(folder, 'out')).filter((one) => /\.(pdf|docx|pptx)$/.test(one))) {
      assert.ok(list.includes(`"${name}"`), name);
      assert.ok(list.includes(`"${statSync(out(name)).size}"`), name);
    }
  });
});
