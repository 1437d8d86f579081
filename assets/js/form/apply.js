// Extras of the public form; every page works without them.
{
  const all = selector => document.querySelectorAll(selector);
  const say = (from, text) => {
    const status = [...all('[role=status]')].find(s => from.compareDocumentPosition(s) & 4);
    if (status) status.textContent = text;
  };

  // One submit at a time
  let restore;
  addEventListener('submit', e => {
    const form = e.target, button = e.submitter;
    if (e.defaultPrevented || form.method === 'dialog' || form.dataset.repeat !== undefined) return;
    if (restore) return e.preventDefault();
    const was = button ? [...button.childNodes] : [];
    button?.setAttribute('aria-disabled', 'true');
    button?.replaceChildren('送信しています…');
    const timer = setTimeout(() => restore?.(), 20000);
    restore = () => {
      clearTimeout(timer);
      button?.removeAttribute('aria-disabled');
      button?.replaceChildren(...was);
      restore = null;
    };
  });

  // Parts that belong to one radio: data-shown-by="name=value"
  const show = () => all('[data-shown-by]').forEach(part => {
    const [name, value] = part.dataset.shownBy.split('=');
    part.hidden = document.querySelector(`input[name="${name}"]:checked`)?.value !== value;
  });
  addEventListener('change', show);
  addEventListener('pageshow', e => {
    if (e.persisted) return location.reload(); // a page kept by the browser holds an old draft_rev
    restore?.();
    show();
  });
  show();

  // Copy and print; the buttons are hidden without JavaScript
  all(navigator.clipboard ? '[data-copy],button[data-print]' : 'button[data-print]').forEach(b => { b.hidden = false; });
  addEventListener('click', async e => {
    const button = e.target.closest?.('[data-copy],button[data-print]');
    if (!button) return;
    if ('print' in button.dataset) return print();
    try {
      await navigator.clipboard.writeText(document.querySelector(button.dataset.copy).textContent.trim());
      say(button, 'コピーしました');
    } catch {
      say(button, 'コピーできませんでした。番号を書きとめてください');
    }
  });

  // Five minutes before the time limit
  const dialog = document.getElementById('timeout-dialog');
  const limit = document.body.dataset.idleMinutes * 60000;
  if (dialog && limit) {
    let since = Date.now();
    const extend = async () => {
      try {
        const answer = await fetch('/apply/extend', { method: 'POST', keepalive: true, redirect: 'error' });
        if (!answer.ok) throw answer;
        since = Date.now();
        say(dialog, '');
        dialog.close();
      } catch {
        say(dialog, 'つながりませんでした。もう一度押してください');
      }
    };
    const look = () => {
      const left = since + limit - Date.now();
      // The server keeps what was typed and answers with the time-out page. A form without fields would do something.
      const form = document.querySelector('form.form .field')?.closest('form');
      if (left <= 0) form ? form.requestSubmit() : location.assign(dialog.dataset.expired);
      else if (left <= 300000 && !dialog.open) dialog.showModal();
    };
    dialog.addEventListener('cancel', e => { e.preventDefault(); extend(); });
    dialog.querySelector('button').addEventListener('click', e => { e.preventDefault(); extend(); });
    document.addEventListener('visibilitychange', look);
    setInterval(look, 5000);
  }
}
