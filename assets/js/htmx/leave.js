// A page that is being left asks for nothing more: what is under way is called off, so no false "net failed" flashes up.
{
  let leaving = false;
  const leave = () => {
    leaving = true;
    for (const asking of document.querySelectorAll('.htmx-request')) asking.dispatchEvent(new Event('htmx:abort'));
  };
  // On the window, after htmx: a form that htmx sends leaves no page.
  addEventListener('submit', e => { if (!e.defaultPrevented) leave(); });
  addEventListener('pagehide', leave);
  // Still here after all, because the net failed or the person came back.
  for (const still of ['pageshow', 'input']) addEventListener(still, () => { leaving = false; }, true);
  document.addEventListener('htmx:before:request', e => { if (leaving) e.preventDefault(); });
}
