// Fills [data-kana-from="id of the name"] with the reading the person typed, until the person edits it.
for (const kana of document.querySelectorAll('[data-kana-from]')) {
  const name = document.getElementById(kana.dataset.kanaFrom);
  const note = document.getElementById(kana.id + '-auto');
  let typed = '', ours = '';
  const fill = (value, text) => {
    kana.value = ours = value;
    if (note) note.textContent = text;
  };
  name?.addEventListener('compositionupdate', e => {
    const data = e.data.replace(/[nｎ]$/, 'ん');
    if (/^[ぁ-ゖー]+$/.test(data)) typed = data;
  });
  name?.addEventListener('compositionend', e => {
    const reading = typed.replace(/[ぁ-ゖ]/g, c => String.fromCharCode(c.charCodeAt() + 0x60));
    typed = '';
    if (e.data && reading && kana.value === ours) fill(ours + reading, 'お名前から自動で入れました。ちがうときは直してください');
  });
  name?.addEventListener('input', () => {
    if (name.value) return;
    typed = '';
    if (kana.value === ours || kana.value === kana.defaultValue) fill('', '');
  });
}
