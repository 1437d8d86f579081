// html-validate on the HTML as it was sent.
import assert from 'node:assert/strict';
import { HtmlValidate } from 'html-validate';

const validator = new HtmlValidate({
  root: true,
  extends: ['html-validate:recommended'],
  rules: {
    'doctype-style': ['error', { style: 'uppercase' }], // as maud writes it
    // A list without bullets is no list to Safari unless the role says so; the banner's div is a region as ux.md 3.3 has it.
    'prefer-native-element': ['error', { exclude: ['list', 'region'] }],
    'valid-id': ['error', { relaxed: true }], // an id is the name of its field, and some have a point in it
    'void-style': 'off', // maud writes <br>, and so do we; either is sound
    'no-trailing-whitespace': 'off',
    'long-title': 'off', // the title carries the step and the bureau's name, ux.md 2.1
    'tel-non-breaking': 'off', // Japanese phone numbers have no spaces
  },
});

export async function assertSound(html, state) {
  const { results } = await validator.validateString(html);
  const wanted = ({ ruleId, message }) => !(ruleId === 'no-redundant-role' && message.includes('"list"'))
    // The waiting page says that it reloads, and has a link that does the same.
    && !(ruleId === 'meta-refresh' && state.startsWith('/result'))
    // What is shown in the clear is masked again after ten minutes: without a script that is what the reload is for.
    && !(ruleId === 'meta-refresh' && state.startsWith('/applications/'));
  const found = results.flatMap(({ messages }) => messages.filter(wanted).map((one) => `${one.ruleId}: ${one.message} (${one.selector ?? `${one.line}:${one.column}`})`));
  assert.ok(found.length === 0, `HTML, ${state}\n${found.join('\n')}`);
}
