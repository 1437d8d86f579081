// A word being composed is no input yet: [data-ime] fields send one `input` per committed word. Load before htmx.
{
  const field = e => e.target.closest?.('[data-ime]');
  document.addEventListener('input', e => {
    if (e.isComposing && field(e)) e.stopImmediatePropagation();
  }, true);
  document.addEventListener('compositionend', e => {
    if (field(e)) setTimeout(() => e.target.dispatchEvent(new InputEvent('input', { bubbles: true })));
  }, true);
}
