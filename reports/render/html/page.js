'use strict';
(() => {
  // Everything is on the page already, and a cell is a link to its attempt.
  // This makes it quicker with a mouse, with keys and on paper.
  const reveal = (hash) => {
    const body = /^#a\d+$/.test(hash) ? document.getElementById(hash.slice(1)) : null;
    if (!body) return;
    for (let e = body; e; e = e.parentElement) if (e.tagName === 'DETAILS') e.open = true;
    const summary = body.parentElement.querySelector('summary');
    summary.focus({ preventScroll: true });
    body.parentElement.scrollIntoView({ block: 'nearest' });
  };
  const choose = (cell) => {
    for (const c of document.querySelectorAll('a.cell[aria-current]')) c.removeAttribute('aria-current');
    cell.setAttribute('aria-current', 'true');
    history.replaceState(null, '', cell.hash);
    reveal(cell.hash);
  };
  document.addEventListener('click', (e) => {
    const shot = e.target.closest('.shot');
    if (shot) { shot.parentElement.classList.toggle('big'); return; }
    const cell = e.target.closest('a.cell');
    if (!cell) return;
    e.preventDefault();
    choose(cell);
  });
  addEventListener('hashchange', () => reveal(location.hash));
  reveal(location.hash);

  // One stop for the Tab key in each strip; the arrow keys move within it.
  for (const strip of document.querySelectorAll('.strip')) {
    const cells = [...strip.querySelectorAll('a.cell')];
    if (!cells.length) continue;
    let at = Math.max(0, cells.findIndex((c) => !c.classList.contains('v-passed')));
    for (const c of cells) c.tabIndex = -1;
    cells[at].tabIndex = 0;
    const to = (i) => {
      cells[at].tabIndex = -1;
      at = Math.min(Math.max(i, 0), cells.length - 1);
      cells[at].tabIndex = 0;
    };
    strip.addEventListener('focusin', (e) => { const i = cells.indexOf(e.target); if (i >= 0) to(i); });
    let pressed = null;
    strip.addEventListener('keyup', (e) => {
      if (e.key === 'Enter' && pressed === e.target) choose(pressed);
      pressed = null;
    });
    strip.addEventListener('keydown', (e) => {
      // An attempt opens when the key comes up: before, the key press would
      // follow the focus to it and close it again.
      if (e.key === 'Enter') { e.preventDefault(); pressed = e.target; return; }
      const row = () => Math.max(1, cells.findIndex((c) => c.offsetTop > cells[0].offsetTop));
      const steps = { ArrowRight: () => 1, ArrowLeft: () => -1, ArrowDown: row, ArrowUp: () => -row(), Home: () => -cells.length, End: () => cells.length };
      const step = steps[e.key];
      if (!step || e.altKey || e.ctrlKey || e.metaKey) return;
      e.preventDefault();
      to(at + step());
      cells[at].focus();
    });
  }

  const troubled = () => [...document.querySelectorAll('details.attempt:not(.v-passed)')];
  const buttons = document.querySelector('.buttons');
  if (troubled().length) buttons.hidden = false;
  buttons.addEventListener('click', (e) => {
    const what = e.target.dataset.do;
    if (what === 'open') for (const d of troubled()) d.open = true;
    if (what === 'close') for (const d of document.querySelectorAll('main details[open]')) d.open = false;
  });

  // On paper nothing can be opened: what went wrong is open there, unless it
  // would fill a book.
  let opened = [];
  addEventListener('beforeprint', () => {
    const list = troubled();
    opened = list.length > 60 ? [] : list.filter((d) => !d.open);
    for (const d of opened) d.open = true;
  });
  addEventListener('afterprint', () => { for (const d of opened) d.open = false; });
})();
