// Starts the three Chromiums the pages must work in: 109 (stands for Edge 109), 123, and Debian's.
// 109 and 123 come as compressed programs inside npm packages and are unpacked once into a cache folder.
import { createReadStream, createWriteStream, existsSync, mkdirSync, renameSync, rmSync } from 'node:fs';
import { createRequire } from 'node:module';
import { dirname, join } from 'node:path';
import { pipeline } from 'node:stream/promises';
import { fileURLToPath } from 'node:url';
import { createBrotliDecompress } from 'node:zlib';
import { chromium } from 'playwright-core';

const require = createRequire(import.meta.url);
const root = join(dirname(fileURLToPath(import.meta.url)), '..', '..', '..');

export const VERSIONS = ['109', '123', 'current'];

// Nothing of the browser's own may go out: the network log of a page must show the page alone.
const ARGS = [
  '--no-sandbox',
  '--disable-background-networking',
  '--no-first-run',
  '--disable-component-update',
  '--disable-sync',
  '--disable-quic',
  '--disable-domain-reliability',
  '--disable-client-side-phishing-detection',
  '--disable-gpu',
  '--lang=ja',
];

function cacheFolder() {
  return process.env.MIZUMADO_BROWSERS ?? join(root, 'target', 'browsers');
}

/** Path of the program for '109' or '123', unpacked at first use; two workers may do so at once. */
async function unpacked(version) {
  const packageFolder = dirname(dirname(require.resolve(`chromium-${version}`)));
  const { version: exact } = require(join(packageFolder, 'package.json'));
  const target = join(cacheFolder(), `chromium-${exact}`);
  if (existsSync(target)) return target;
  mkdirSync(cacheFolder(), { recursive: true });
  const half = `${target}.${process.pid}`;
  try {
    await pipeline(
      createReadStream(join(packageFolder, 'bin', 'chromium.br'), { highWaterMark: 2 ** 23 }),
      createBrotliDecompress({ chunkSize: 2 ** 21 }),
      createWriteStream(half, { mode: 0o755 }),
    );
    renameSync(half, target);
  } finally {
    rmSync(half, { force: true });
  }
  return target;
}

export async function program(version) {
  if (!VERSIONS.includes(version)) throw new Error(`no such browser: ${version} (one of ${VERSIONS.join(', ')})`);
  return version === 'current' ? (process.env.MIZUMADO_CHROMIUM ?? '/usr/bin/chromium') : unpacked(version);
}

/** A running browser. Options are those of Playwright's launch; `args` are added to ours. */
export async function launch(version, { args = [], ...options } = {}) {
  return chromium.launch({
    headless: true,
    chromiumSandbox: false,
    timeout: 30_000,
    ...options,
    executablePath: await program(version),
    args: [...ARGS, ...args],
  });
}

const shared = new Map();

/** One browser per version and process; `closeAll` belongs into the file's `after`. */
export function browser(version) {
  if (!shared.has(version)) shared.set(version, launch(version));
  return shared.get(version);
}

export async function closeAll() {
  const running = [...shared.values()];
  shared.clear();
  for (const one of running) await (await one).close();
}
