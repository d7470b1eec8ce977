'use strict';
(() => {
  // Everything is on the page already, and a cell is a link to its attempt.
  // This makes it quicker with a mouse, with keys and on paper, and filters.
  const all = (css, from = document) => [...from.querySelectorAll(css)];
  const byId = (id) => document.getElementById(id);

  // The address keeps what is chosen: "#case-X" or "#a7" is a place, and
  // "#?verdict=failed&q=word&at=case-X" has filters, too. All of it comes after
  // the #: a page from the disk may change nothing else.
  const read = () => {
    const h = location.hash.slice(1);
    if (!h.startsWith('?')) {
      let at = h;
      try { at = decodeURIComponent(h); } catch { /* not one of ours */ }
      return { verdict: [], cause: '', group: '', q: '', at };
    }
    const p = new URLSearchParams(h.slice(1));
    const get = (name) => p.get(name) || '';
    return { verdict: get('verdict').split(',').filter(Boolean), cause: get('cause'), group: get('group'), q: get('q'), at: get('at') };
  };
  const filtered = (s) => s.verdict.length > 0 || s.cause || s.group || s.q;
  const write = (s) => {
    if (!filtered(s)) return '#' + encodeURIComponent(s.at);
    const p = new URLSearchParams();
    if (s.verdict.length) p.set('verdict', s.verdict.join(','));
    for (const name of ['cause', 'group', 'q', 'at']) if (s[name]) p.set(name, s[name]);
    return '#?' + p.toString().replaceAll('%2C', ',');
  };
  // Where the address cannot be changed, the page still does what was asked.
  const go = (state, how) => {
    const to = write(state);
    if (to === (location.hash || '#')) return;
    try { history[how](null, '', to); } catch { /* so be it */ }
  };

  const reveal = (id) => {
    const e = id && byId(id);
    if (!e) return;
    for (let d = e; d; d = d.parentElement) if (d.tagName === 'DETAILS') d.open = true;
    const attempt = e.closest('details.attempt');
    if (!attempt) { e.scrollIntoView({ block: e.matches('.case') ? 'start' : 'center' }); return; }
    attempt.querySelector('summary').focus({ preventScroll: true });
    attempt.scrollIntoView({ block: 'nearest' });
  };

  // Filters.
  const form = document.querySelector('.filters');
  const cases = all('.case').map((e) => ({ e, row: document.querySelector('tr[data-case="' + CSS.escape(e.id) + '"]'),
    verdict: e.dataset.verdict.replace(/^v-/, ''), causes: e.dataset.causes.split(' '), group: e.dataset.group }));
  const textOf = (c) => (c.text ??= (c.group + ' ' + c.e.textContent).toLowerCase().replace(/\s+/g, ' '));
  const none = { verdict: [], cause: '', group: '', q: '', at: '' };
  let state = none;
  const fits = (c) => (!state.verdict.length || state.verdict.includes(c.verdict)) && (!state.cause || c.causes.includes(state.cause)) && (!state.group || c.group === state.group) &&
    state.q.toLowerCase().split(/\s+/).every((word) => !word || textOf(c).includes(word));
  const apply = () => {
    if (!form) return;
    const chosen = filtered(state);
    let shown = 0;
    for (const c of cases) {
      const ok = !chosen || fits(c);
      if (ok) shown++;
      c.e.hidden = !ok;
      if (c.row) c.row.hidden = !ok;
    }
    for (const g of all('section.group')) if (g.querySelector('.case')) g.hidden = !g.querySelector('.case:not([hidden])');
    for (const b of all('.glance tbody')) b.hidden = !b.querySelector('tr[data-case]:not([hidden])');
    for (const e of all('.glance')) e.hidden = !e.querySelector('tr[data-case]:not([hidden])');
    document.querySelector('.none-left').hidden = shown > 0;
    const said = shown + ' of ' + cases.length + ' cases', status = form.querySelector('[role=status]');
    if (status.textContent !== said) status.textContent = said;
    form.querySelector('[type=reset]').hidden = !chosen;
    for (const i of all('input[type=checkbox]', form)) i.checked = state.verdict.includes(i.value);
    for (const i of all('select', form)) i.value = state[i.name];
    if (form.q.value.trim() !== state.q) form.q.value = state.q;
  };
  const show = (at) => {
    const c = at && byId(at)?.closest('.case');
    // A link to a case that the filters hide leads to it all the same.
    if (c && c.hidden) { state = { ...none, at }; go(state, 'replaceState'); apply(); }
    reveal(at);
  };
  // What the page does not have is no filter: a link from another run still opens.
  const known = (s) => {
    if (!form) return { ...none, at: s.at };
    const has = (name, v) => all('[name=' + name + '] option, input[name=' + name + ']', form).some((o) => o.value === v);
    return { ...s, verdict: s.verdict.filter((v) => has('verdict', v)), cause: has('cause', s.cause) ? s.cause : '', group: has('group', s.group) ? s.group : '' };
  };
  const arrive = () => { state = known(read()); apply(); show(state.at); };
  if (form) {
    form.hidden = false;
    const ask = () => ({ verdict: all('input[name=verdict]:checked', form).map((i) => i.value), cause: form.cause?.value || '', group: form.group.value, q: form.q.value.trim(), at: '' });
    // A choice is a step back in the browser; what is typed is one step as a whole.
    let typing = false;
    form.q.addEventListener('input', () => { state = ask(); go(state, typing ? 'replaceState' : 'pushState'); typing = true; apply(); });
    form.addEventListener('change', (e) => { typing = false; if (e.target === form.q) return; state = ask(); go(state, 'pushState'); apply(); });
    form.addEventListener('submit', (e) => { e.preventDefault(); all('.glance, .case').find((x) => !x.hidden)?.scrollIntoView(); });
    form.addEventListener('reset', (e) => { e.preventDefault(); typing = false; state = none; go(state, 'pushState'); apply(); form.q.focus(); });
    document.addEventListener('keydown', (e) => {
      if (e.key !== '/' || e.ctrlKey || e.metaKey || e.altKey || e.target.closest('input, select, textarea')) return;
      e.preventDefault();
      form.q.focus();
      form.q.select();
    });
  }

  const choose = (cell) => {
    for (const c of all('a.cell[aria-current]')) c.removeAttribute('aria-current');
    cell.setAttribute('aria-current', 'true');
    state = { ...state, at: cell.hash.slice(1) };
    go(state, 'replaceState');
    reveal(state.at);
  };
  document.addEventListener('click', (e) => {
    if (e.ctrlKey || e.metaKey || e.shiftKey || e.altKey) return;
    const shot = e.target.closest('.shot');
    if (shot) { shot.setAttribute('aria-pressed', shot.parentElement.classList.toggle('big')); return; }
    const cell = e.target.closest('a.cell');
    if (cell) { e.preventDefault(); choose(cell); return; }
    const link = e.target.closest('a[href^="#case-"], a[href^="#local-"]');
    if (!link) return;
    e.preventDefault();
    const at = decodeURIComponent(link.hash.slice(1));
    state = { ...state, at };
    go(state, 'pushState');
    show(at);
    const own = byId(at)?.querySelector('.permalink');
    if (link !== own) { own?.focus({ preventScroll: true }); return; }
    navigator.clipboard?.writeText(location.href.split('#')[0] + link.getAttribute('href')).then(() => {
      own.textContent = 'link copied';
      setTimeout(() => { own.textContent = 'link'; }, 2000);
    }, () => { /* the address has it */ });
  });
  addEventListener('hashchange', arrive);
  arrive();

  // One stop for the Tab key in each strip; the arrow keys move within it.
  for (const strip of all('.strip')) {
    const cells = all('a.cell', strip);
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

  const troubled = () => all('details.attempt:not(.v-passed)').filter((d) => !d.closest('[hidden]'));
  const buttons = document.querySelector('.buttons');
  if (all('details.attempt:not(.v-passed)').length) buttons.hidden = false;
  buttons.addEventListener('click', (e) => {
    const what = e.target.dataset.do;
    if (what === 'open') for (const d of troubled()) d.open = true;
    if (what === 'close') for (const d of all('main details[open]')) d.open = false;
  });

  // How much time is left depends on when the page is read.
  for (const e of all('.due')) {
    const left = Date.parse(e.dataset.due) - Date.now(), hours = Math.floor(Math.abs(left) / 36e5);
    if (Number.isNaN(left)) continue;
    const span = hours < 48 ? hours + ' h' : Math.floor(hours / 24) + ' days';
    e.textContent = left < 0 ? 'over since ' + span : span + ' left';
    e.classList.toggle('late', left < 0);
    e.hidden = false;
  }

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
