// What a PDF says of itself, by poppler's tools.
import { execFileSync } from 'node:child_process';

const run = (command, ...args) => execFileSync(command, args, { encoding: 'utf8', maxBuffer: 64 * 1024 * 1024 });

export function info(file) {
  const lines = run('pdfinfo', file).split('\n').map((line) => /^([^:]+):\s*(.*)$/.exec(line)).filter(Boolean);
  return Object.fromEntries(lines.map(([, name, value]) => [name, value]));
}

/** Id of a heading → its page, from the destinations that links inside the file lead to. */
export function placesOfHeadings(file) {
  const found = run('pdfinfo', '-dests', file).split('\n').map((line) => /^\s*(\d+) .*"(.+)"$/.exec(line)).filter(Boolean);
  return Object.fromEntries(found.map(([, page, name]) => [name, page]));
}

/** Each page: its text, and how many lines it has without the number at its foot. */
export function pageTexts(file) {
  const pages = run('pdftotext', '-layout', file, '-').split('\f').slice(0, -1);
  return pages.map((text) => {
    const all = text.split('\n').map((line) => line.trim()).filter(Boolean);
    // Narrow spaces are lost on some pages.
    const foot = all.at(-1)?.match(/^(\d+) ?\/ ?(\d+)$/);
    const body = foot ? all.slice(0, -1) : all;
    return { text, body, lines: body.length, foot: foot && `${foot[1]} / ${foot[2]}` };
  });
}

/** Names of fonts that are not embedded. */
export function foreignFonts(file) {
  const lines = run('pdffonts', file).split('\n').slice(2).filter(Boolean);
  return lines.filter((line) => !/ yes (yes|no) /.test(line));
}

/** Pictures that the file holds: one line each. */
export function pictures(file) {
  return run('pdfimages', '-list', file).split('\n').slice(2).filter((line) => / image /.test(line)).length;
}
