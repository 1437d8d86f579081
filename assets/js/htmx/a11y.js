// htmx 4: busy targets, focus that is never lost, and words in #net-error when the net fails.
{
  const on = (name, f) => document.addEventListener('htmx:' + name, f);
  const busy = (e, yes) => e.detail.ctx?.target?.setAttribute?.('aria-busy', yes);
  const tell = text => {
    const alert = document.getElementById('net-error');
    if (alert && alert.textContent !== text) alert.textContent = text;
  };
  const focus = element => {
    if (element.tabIndex < 0) element.tabIndex = -1;
    element.focus();
  };
  let inside;
  on('before:request', e => busy(e, true));
  // The part that was asked for is not on the page that came: another tab went on, or the time is over. Then the whole
  // page is shown, by the way that needs no script.
  const whole = ({ sourceElement: source }) => {
    const form = source.closest('form');
    if (!form || source === form) return location.reload();
    const pressed = document.createElement('input');
    Object.assign(pressed, { type: 'hidden', name: source.name, value: source.value });
    form.append(pressed);
    form.submit();
  };
  on('before:swap', e => {
    const { select, text } = e.detail.ctx;
    // No words at all are no other page: there is nothing to show.
    if (text && select?.[0] === '#' && !text.includes(`id="${select.slice(1)}"`)) {
      e.preventDefault();
      return whole(e.detail.ctx);
    }
    const now = document.activeElement;
    inside = now !== document.body && e.detail.ctx.target?.contains?.(now);
  });
  on('after:settle', e => {
    const place = e.target.matches?.('[data-focus]') ? e.target : e.target.querySelector?.('[data-focus]');
    if (place) focus(place);
    else if (inside && document.activeElement === document.body) focus(e.target);
    inside = false;
  });
  on('finally:request', e => busy(e, false));
  on('after:request', e => { if (e.detail.ctx.response.status < 400) tell(''); });
  on('error', () => tell('通信できませんでした。電波の状態を確かめて、もう一度お試しください'));
  on('response:error', e => {
    if (e.detail.ctx.response.status !== 422) tell('読み込めませんでした。しばらくたってから、もう一度お試しください');
  });
}
