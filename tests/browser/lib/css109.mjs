// Asks a real browser for every selector, declaration and at-rule of a stylesheet whether it understands it.
// A declaration it does not understand is fine behind one of the same property that it does (a fallback),
// or inside an @supports that it does not enter, or when its property is listed in css109-allowed.json.
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import * as csstree from 'css-tree';

const allowed = JSON.parse(readFileSync(join(import.meta.dirname, '..', 'css109-allowed.json'), 'utf8'));
// Boxes in the margin of a printed page: unknown before 131, the page stays A4 without them (ux.md rule 11).
const MARGIN_BOX = /^(top|bottom|left|right)-/;
const DESCRIPTORS = new Set(['font-face', 'page', 'property', 'counter-style', 'font-palette-values']);

function customProperties(tree) {
  const values = new Map();
  csstree.walk(tree, { visit: 'Declaration', enter(node) {
    if (node.property.startsWith('--')) values.set(node.property, csstree.generate(node.value).trim());
  } });
  return values;
}

/** var() is always accepted, so its value is written in; where it is unknown, its fallback. */
function resolved(value, values) {
  let text = value;
  for (let round = 0; round < 8 && text.includes('var('); round += 1) {
    text = text.replace(/var\(\s*(--[\w-]+)\s*(?:,((?:[^()]|\([^()]*\))*))?\)/g, (_, name, fallback) => ` ${values.get(name) ?? fallback ?? 'initial'} `);
  }
  return text;
}

/** `{ kind, text, at, block, property }` for all that has to be asked. `block` groups what can be fallbacks. */
export function questions(css) {
  const tree = csstree.parse(css, { positions: true, parseCustomProperty: false });
  const values = customProperties(tree);
  const found = [];
  let blocks = 0;
  const line = (node) => `line ${node.loc?.start.line ?? '?'}`;

  function declarations(block, inside) {
    const number = (blocks += 1);
    block.children.forEach((node) => {
      if (node.type === 'Declaration') {
        if (node.property.startsWith('--')) return;
        const value = resolved(csstree.generate(node.value), values);
        found.push({ kind: 'declaration', property: node.property, text: `${node.property}: ${value}`, value, at: line(node), block: number, guards: inside });
      } else if (node.type === 'Raw') {
        found.push({ kind: 'unreadable', text: csstree.generate(node), at: line(node), guards: inside });
      } else if (node.type === 'Rule') {
        found.push({ kind: 'nesting', text: csstree.generate(node.prelude), at: line(node), guards: inside });
      } else if (node.type === 'Atrule') atRule(node, inside, true);
    });
  }

  function atRule(node, inside, nested = false) {
    const condition = node.prelude ? resolved(csstree.generate(node.prelude), values) : '';
    if (nested) {
      found.push({ kind: 'nesting', text: `@${node.name} ${condition}`, at: line(node), guards: inside });
      return;
    }
    if (node.name === 'supports') {
      if (node.block) rules(node.block, [...inside, condition]);
      return;
    }
    if (DESCRIPTORS.has(node.name)) {
      const whole = csstree.generate(node);
      const boxes = node.block?.children.filter((one) => one.type === 'Atrule' && !MARGIN_BOX.test(one.name));
      boxes?.forEach((one) => found.push({ kind: 'at-rule', text: `@${one.name}`, sample: csstree.generate(one), at: line(one), guards: inside }));
      found.push({ kind: 'at-rule', text: `@${node.name} ${condition}`, sample: whole, at: line(node), guards: inside });
      return;
    }
    const sample = node.block ? `@${node.name} ${condition}{${node.name.endsWith('keyframes') ? 'from{top:0}' : 'a{top:0}'}}` : `@${node.name} ${condition};`;
    found.push({ kind: node.name === 'media' ? 'media' : 'at-rule', text: `@${node.name} ${condition}`, condition, sample, at: line(node), guards: inside });
    if (!node.block) return;
    if (node.name.endsWith('keyframes')) node.block.children.forEach((frame) => declarations(frame.block, inside));
    else rules(node.block, inside);
  }

  function rules(parent, inside) {
    parent.children.forEach((node) => {
      if (node.type === 'Atrule') atRule(node, inside);
      else if (node.type === 'Rule') {
        if (node.prelude.type === 'Raw') found.push({ kind: 'unreadable', text: csstree.generate(node.prelude), at: line(node), guards: inside });
        else node.prelude.children.forEach((one) => found.push({ kind: 'selector', text: csstree.generate(one), at: line(node), guards: inside }));
        declarations(node.block, inside);
      } else if (node.type === 'Raw') found.push({ kind: 'unreadable', text: csstree.generate(node), at: line(node), guards: inside });
    });
  }
  rules(tree, []);
  return found;
}

/** In the browser: which of the questions are answered with no. */
function ask(asked) {
  const parses = (text) => {
    try {
      const sheet = new CSSStyleSheet();
      sheet.replaceSync(text);
      return sheet.cssRules.length > 0;
    } catch {
      return false;
    }
  };
  const clean = document.createElement('i');
  const understands = {
    declaration: ({ property, value }) => {
      if (CSS.supports(property, value)) return true;
      clean.setAttribute('style', `${property}: ${value}`);
      return clean.style.length > 0;
    },
    // Inside :is() and :where() unknown parts are forgiven and silently never match: each is asked alone as well.
    selector: ({ text }) => {
      const alone = [...text.matchAll(/:(?:is|where)\(([^()]*)\)/g)].flatMap((one) => one[1].split(','));
      return [text, ...alone].every((one) => CSS.supports(`selector(${one.trim()})`));
    },
    media: ({ condition }) => matchMedia(condition).media !== 'not all',
    'at-rule': ({ sample, text }) => /^@(charset|layer|import|namespace)/.test(text) || parses(sample),
    nesting: () => {
      const sheet = new CSSStyleSheet();
      sheet.replaceSync('a{color:red;& b{color:red}}');
      return sheet.cssRules[0]?.cssRules?.length > 0;
    },
    unreadable: () => false,
  };
  return asked.map((one) => one.guards.some((guard) => !CSS.supports(guard)) || understands[one.kind](one));
}

/** Everything of `css` that the page's browser does not understand and that nothing excuses. */
export async function refused(page, css) {
  const asked = questions(css);
  const answers = await page.evaluate(ask, asked);
  const understood = asked.filter((_, at) => answers[at]);
  const fallback = ({ kind, block, property }) => kind === 'declaration' && understood.some((other) => other.block === block && other.property === property);
  const excused = ({ kind, property }) => kind === 'declaration' && Object.hasOwn(allowed, property);
  return asked.filter((one, at) => !answers[at] && !fallback(one) && !excused(one)).map(({ kind, text, at }) => `${kind} ${text} (${at})`);
}
