'use strict';
(() => {
  // Everything is on the page already: attempts and texts as JSON, pictures as
  // base64, each in an element of its own that is read when it is looked at. Texts
  // come from outside; they only ever become text nodes.
  const json = (id) => JSON.parse(document.getElementById(id).textContent);
  const words = json('words');
  const main = document.getElementById('attempt');
  const links = [...document.querySelectorAll('nav a')];
  const all = links.map((a, i) => ({ anchor: a.hash.slice(1), link: a, i }));
  let now = null;

  // What passed has little to show, and is out of the way until one asks for it.
  const nav = document.querySelector('nav');
  const troubled = (a) => a.link.className !== 'v-passed';
  const listed = () => all.filter((a) => troubled(a) || a === now || !nav.classList.contains('only'));
  const good = all.filter((a) => !troubled(a)).length;
  if (good && good < all.length) {
    const word = () => (nav.classList.contains('only') ? 'Show the ' + good + ' that passed, too' : 'Hide the ' + good + ' that passed');
    const button = document.createElement('button');
    button.type = 'button';
    button.className = 'filter';
    const set = (only) => {
      nav.classList.toggle('only', only);
      button.textContent = word();
      turn();
    };
    button.addEventListener('click', () => set(!nav.classList.contains('only')));
    nav.querySelector('summary').after(button);
    nav.classList.add('only');
    button.textContent = word();
  }
  const turn = () => {
    const list = listed(), at = list.indexOf(now);
    for (const b of main.querySelectorAll('.turn button')) {
      b.to = at < 0 ? undefined : list[at + Number(b.dataset.by)];
      b.disabled = !b.to;
    }
  };

  const el = (name, o, ...children) => {
    const e = document.createElement(name);
    for (const [k, v] of Object.entries(o || {})) {
      if (v === undefined || v === null || v === false) continue;
      if (k === 'class') e.className = v;
      else if (k.startsWith('on')) e.addEventListener(k.slice(2), v);
      else e.setAttribute(k, v === true ? '' : v);
    }
    for (const c of children.flat(9)) if (c !== null && c !== undefined && c !== false) e.append(c);
    return e;
  };
  const text = (s, cls) => el('span', { class: cls ? cls + ' t' : 't' }, s);
  const clock = (s) => {
    const m = Math.floor(s / 60);
    return m + ':' + (s - 60 * m).toFixed(1).padStart(4, '0');
  };
  const span = (s) => (s >= 60 ? Math.floor(s / 60) + ' min ' + Math.round(s % 60) + ' s' : s.toFixed(s < 0.0995 ? 2 : 1) + ' s');

  // Pictures come after the script on the page, so that what is read first is
  // shown first.
  const waiting = [];
  const load = (img, id) => {
    const block = document.getElementById(id);
    if (block) img.src = 'data:' + block.textContent;
    else if (document.readyState === 'loading') waiting.push([img, id]);
    else gone(img, 'this picture was left out, to keep the page small');
  };
  const gone = (img, why) => img.replaceWith(el('span', { class: 'none soft' }, why));
  const watcher = new IntersectionObserver((seen) => {
    for (const s of seen) if (s.isIntersecting) { watcher.unobserve(s.target); load(s.target, s.target.dataset.id); }
  }, { rootMargin: '300px' });
  document.addEventListener('DOMContentLoaded', () => { for (const [img, id] of waiting.splice(0)) load(img, id); });
  const picture = (p, alt) => {
    const img = el('img', { width: p.w, height: p.h, alt, 'data-id': p.id, onerror: () => gone(img, 'this picture is damaged') });
    watcher.observe(img);
    return img;
  };

  // What changed from one list of lines to another: the longest common
  // subsequence of what lies between their common beginning and end.
  const difference = (a, b) => {
    let from = 0, end = 0;
    while (from < a.length && from < b.length && a[from] === b[from]) from++;
    while (end < a.length - from && end < b.length - from && a[a.length - 1 - end] === b[b.length - 1 - end]) end++;
    const x = a.slice(from, a.length - end), y = b.slice(from, b.length - end);
    const n = y.length + 1, len = new Uint16Array((x.length + 1) * n);
    for (let i = x.length - 1; i >= 0; i--) for (let j = y.length - 1; j >= 0; j--) {
      len[i * n + j] = x[i] === y[j] ? len[(i + 1) * n + j + 1] + 1 : Math.max(len[(i + 1) * n + j], len[i * n + j + 1]);
    }
    const out = a.slice(0, from).map((l) => [' ', l]);
    let i = 0, j = 0;
    while (i < x.length || j < y.length) {
      if (i < x.length && j < y.length && x[i] === y[j]) { out.push([' ', x[i]]); i++; j++; }
      else if (j >= y.length || i < x.length && len[(i + 1) * n + j] >= len[i * n + j + 1]) out.push(['−', x[i++]]);
      else out.push(['+', y[j++]]);
    }
    return out.concat(a.slice(a.length - end).map((l) => [' ', l]));
  };
  const lines = (cls, list) => el('div', { class: cls + ' mono', tabindex: 0, role: 'group', 'aria-label': 'elements of the screen' }, list.map((l) => el('div', { class: 't' }, words[l])));
  const change = (d, s) => {
    if (s.before === undefined && s.after === undefined) return null;
    const a = s.before === undefined ? [] : d.trees[s.before].lines, b = s.after === undefined ? [] : d.trees[s.after].lines;
    const whole = [s.before !== undefined && fold('The whole screen before (' + a.length + ' elements)', () => lines('tree', a)), s.after !== undefined && fold('The whole screen after (' + b.length + ' elements)', () => lines('tree', b))];
    const title = el('h3', {}, 'What changed on the screen');
    if (s.before === undefined || s.after === undefined) return [title, el('p', { class: 'soft' }, 'It was seen only ' + (s.before === undefined ? 'after' : 'before') + ' the step.'), whole];
    const list = difference(a, b);
    const more = list.filter((l) => l[0] === '+').length, less = list.filter((l) => l[0] === '−').length;
    if (!more && !less) return [title, el('p', { class: 'soft' }, 'Nothing: the same elements, with the same texts, in the same places.'), whole];
    const near = list.map((l, i) => list.slice(Math.max(0, i - 2), i + 3).some((m) => m[0] !== ' '));
    const rows = [];
    let hidden = 0;
    const flush = () => { if (hidden) rows.push(el('div', { class: 'gap' }, '⋯ ' + hidden + ' the same')); hidden = 0; };
    list.forEach(([sign, l], i) => {
      if (!near[i]) { hidden++; return; }
      flush();
      rows.push(el('div', { class: (sign === '+' ? 'more' : sign === '−' ? 'less' : '') + ' t' }, sign + ' ' + words[l]));
    });
    flush();
    return [title, el('p', { class: 'soft' }, more + ' came (+), ' + less + ' went (−)'), el('div', { class: 'diff mono', tabindex: 0, role: 'group', 'aria-label': 'what changed on the screen' }, rows), whole];
  };
  const fold = (title, make) => {
    const d = el('details', { class: 'fold' }, el('summary', {}, title));
    d.addEventListener('toggle', () => { if (d.open && d.children.length === 1) d.append(make()); });
    return d;
  };
  const table = (heads, rows) => el('div', { class: 'scroll', tabindex: 0, role: 'group', 'aria-label': heads[1][0] }, el('table', {},
    el('thead', {}, el('tr', {}, heads.map(([h, c]) => el('th', { class: c, scope: 'col' }, h)))), el('tbody', {}, rows)));

  const waits = (list) => list.length ? [el('h3', {}, 'What was waited for'), table([['At', 'num'], ['For'], ['How long', 'num'], ['At most', 'num'], ['Looks', 'num'], ['Outcome']],
    list.map((w) => el('tr', {}, el('td', { class: 'num' }, clock(w.from)), el('td', { class: 't' }, words[w.for]), el('td', { class: 'num' }, span(w.to - w.from)), el('td', { class: 'num' }, span(w.longest)),
      el('td', { class: 'num' }, w.looks || '–'), el('td', { class: (['came', 'paused'].includes(words[w.outcome]) ? '' : 'bad ') + 't' }, words[w.outcome]))))] : null;
  const commands = (list) => {
    if (!list.length) return null;
    const n = list.reduce((sum, c) => sum + c.count, 0);
    return fold(n + (n === 1 ? ' command' : ' commands') + ' to the phone', () => table([['At', 'num'], ['Command'], ['With'], ['Answer'], ['Times', 'num'], ['Took', 'num']],
      list.map((c) => el('tr', {}, el('td', { class: 'num' }, clock(c.from) + (c.count > 1 ? '–' + clock(c.to) : '')), el('td', { class: 'mono t' }, words[c.name]), el('td', { class: 'mono t' }, words[c.detail]),
        el('td', { class: (c.bad ? 'bad ' : '') + 't' }, words[c.outcome]), el('td', { class: 'num' }, c.count), el('td', { class: 'num' }, c.count > 1 ? span(c.total) + ', longest ' + span(c.most) : span(c.total))))));
  };
  const logLines = (list) => el('div', { class: 'log mono', tabindex: 0, role: 'group', 'aria-label': "lines of the device's log" }, list.map((l) => el('div', { class: 't' }, (l.at === undefined ? '' : clock(l.at) + '  ') + l.text)));

  const shown = (d, title, p, why, s) => el('figure', {}, el('figcaption', {}, el('b', {}, title), p ? text(clock(p.at) + (s !== undefined && s - p.at > 5 ? ', ' + span(s - p.at) + ' before the step began' : ''), 'soft') : null),
    p ? picture(p, 'The phone ' + title.toLowerCase() + ' the step, at ' + clock(p.at)) : el('p', { class: 'none' }, why));
  const pair = (d, i, s) => {
    const place = i + 1;
    const before = d.pictures.filter((p) => p.at <= s.from + 0.001 || p.step >= 0 && p.step < place).pop();
    const own = d.pictures.filter((p) => p.step === place);
    const after = own.filter((p) => p.at >= s.to - 0.001).pop() || own[own.length - 1];
    const between = own.filter((p) => p !== after && p !== before);
    const next = d.steps[i + 1];
    const still = !after && s.before !== undefined && s.before === s.after;
    const why = still ? 'No new picture: the screen had not changed.' : 'No picture: none is taken while something is measured, or the phone gave none.';
    return [el('div', { class: 'pair' }, shown(d, 'Before', before, 'No picture was taken before.', s.from), between.map((p) => shown(d, 'During', p)), shown(d, 'After', after, next ? why : 'No picture was taken.'))];
  };

  const one = (d, i) => {
    const s = d.steps[i], place = i + 1;
    const mine = (list) => list.filter((x) => x.step === place);
    const log = d.log.filter((l) => l.at !== undefined && l.at >= s.from && l.at < (d.steps[i + 1] && d.steps[i + 1].from !== undefined ? d.steps[i + 1].from : Infinity));
    return [s.message && el('p', { class: 'message t' }, s.message), s.where && el('p', { class: 'soft mono t' }, s.where),
      d.no_trace ? el('p', { class: 'soft' }, d.no_trace) : [pair(d, i, s), change(d, s), waits(mine(d.waits)), log.length ? [el('h3', {}, "The device's log of that time"), logLines(log)] : null, commands(mine(d.commands))]];
  };
  const around = (d, place) => {
    const mine = (list) => list.filter((x) => x.step === place);
    const p = mine(d.pictures);
    return [p.length ? el('div', { class: 'pair' }, p.map((x) => shown(d, 'Picture', x))) : null, waits(mine(d.waits)), commands(mine(d.commands))];
  };

  const row = (d, o) => {
    const r = el('li', { class: 'step ' + o.cls });
    const track = el('span', { class: 'track', 'aria-hidden': 'true' });
    const bar = (from, to, cls) => {
      const i = el('i', { class: cls });
      i.style.left = (100 * from / d.s) + '%';
      i.style.width = (100 * Math.max(0, to - from) / d.s) + '%';
      track.append(i);
    };
    if (o.from !== undefined && d.s > 0) {
      bar(o.from, o.to);
      for (const w of d.waits) if (w.step === o.place && w.to - w.from >= d.s / 200) bar(w.from, w.to, 'wait');
    }
    const body = el('div', { class: 'open', hidden: true, id: 'open' + o.key });
    const button = el('button', { type: 'button', 'aria-expanded': o.make ? 'false' : null, 'aria-controls': o.make ? body.id : null, disabled: !o.make, 'data-key': o.key },
      el('span', { class: 'mark' }, el('span', { 'aria-hidden': 'true' }, o.letter), o.status && el('span', { class: 'sr' }, o.status)), text(o.name, 'name'), track, el('span', { class: 'took' }, o.from === undefined ? '–' : span(o.to - o.from)));
    const open = (yes) => {
      if (!o.make) return;
      if (yes && !body.children.length) body.append(...[o.make()].flat(9).filter(Boolean));
      body.hidden = !yes;
      button.setAttribute('aria-expanded', String(yes));
    };
    button.addEventListener('click', () => {
      open(body.hidden);
      if (!body.hidden) history.replaceState(null, '', '#' + d.anchor + '/' + o.key);
    });
    r.append(button, body);
    r.open = open;
    r.key = o.key;
    return r;
  };

  const show = (hash) => {
    const [anchor, key] = hash.replace(/^#/, '').split('/');
    let at = all.find((a) => a.anchor === anchor);
    if (anchor && !at) {
      main.replaceChildren(el('div', { class: 'card' }, el('h1', {}, 'This attempt is not on this page'), el('p', {}, 'The page was written before the attempt was made, or leaves it out. “ffscert trace” writes it anew.')));
      now = null;
      return;
    }
    at = at || all.find(troubled) || all[0];
    if (!at) return;
    if (now !== at) draw(at);
    now = at;
    turn();
    const rows = [...main.querySelectorAll('.step')];
    const wanted = rows.find((r) => r.key === key) || rows.find((r) => r.classList.contains('failed')) || null;
    if (wanted) {
      wanted.open(true);
      if (key) wanted.scrollIntoView({ block: 'nearest' });
    }
  };

  const draw = (at) => {
    const d = json('d' + at.i);
    for (const k of ['steps', 'waits', 'commands', 'pictures', 'trees', 'log', 'findings', 'seen', 'files', 'left_out', 'decided']) d[k] = d[k] || [];
    d.commands = d.commands.map(([step, from, to, name, detail, outcome, bad, count, total, most]) => ({ step, from, to, name, detail, outcome, bad, count, total, most }));
    for (const t of d.trees) {
      const whole = [];
      for (let i = 0; i < t.lines.length; i += 2) for (let j = 0; j < t.lines[i + 1]; j++) whole.push(t.lines[i] + j);
      t.lines = whole;
    }
    for (const a of all) a.link.removeAttribute('aria-current');
    at.link.setAttribute('aria-current', 'true');
    const go = (by, word) => el('button', { type: 'button', 'data-by': by, onclick: (e) => { location.hash = e.currentTarget.to.anchor; } }, word);
    const deciding = d.findings.filter((f) => f[0] !== 'info').sort((a, b) => ['fail', 'review', 'warning'].indexOf(a[0]) - ['fail', 'review', 'warning'].indexOf(b[0]))[0];
    const finding = (f) => el('li', { class: 'f-' + (['fail', 'review', 'warning', 'info'].includes(f[0]) ? f[0] : 'info') }, text(f[0], 'sev'), el('code', { class: 't' }, f[1]), ' ', text(f[2]));
    const head = el('section', { class: 'card head ' + d.class },
      el('h1', { tabindex: -1 }, el('span', { class: 'pill ' + d.class }, d.verdict), d.case && el('code', { class: 't' }, d.case), el('span', {}, 'attempt ' + d.n), text(d.title, 'soft'), el('span', { class: 'turn' }, go(-1, '‹ Previous'), go(1, 'Next ›'))),
      el('p', { class: 'scenario t' }, d.scenario),
      (d.message || d.cause) && el('p', { class: 'reason' }, d.cause && [el('span', { class: 'cause' }, 'cause: ', el('b', {}, d.cause)), ' '], d.code && [el('code', {}, d.code), ' '], text(d.message)),
      (d.decided.length || deciding) ? el('div', { class: 'decided' }, el('h2', {}, 'What decided'), el('ul', { class: 'list' }, d.decided.map((l) => el('li', { class: 't' }, l)), deciding && finding(deciding))) : null,
      d.hint && el('p', { class: 'advice' }, el('b', {}, 'Do this: '), text(d.hint)),
      el('dl', { class: 'facts' }, d.facts.map(([k, v]) => el('div', {}, el('dt', {}, k), el('dd', { class: 't' }, v)))));

    const list = el('ol', { class: 'steps' });
    const extra = (place, name) => {
      const mine = [...d.commands, ...d.waits].filter((x) => x.step === place);
      if (!mine.length) return;
      list.append(row(d, { cls: 'other', key: place ? 'end' : 'start', place, letter: '·', status: '', name, from: Math.min(...mine.map((x) => x.from)), to: Math.max(...mine.map((x) => x.to)), make: () => around(d, place) }));
    };
    extra(0, 'The way to the start');
    d.steps.forEach((s, i) => {
      const done = s.from !== undefined;
      const cls = s.status === 'passed' ? 'passed' : s.status === 'skipped' || !done ? 'skipped' : 'failed';
      list.append(row(d, { cls, key: 's' + (i + 1), place: i + 1, letter: cls === 'passed' ? '✓' : cls === 'failed' ? 'F' : '–', status: s.status, name: s.text, from: s.from, to: s.to, make: done && cls !== 'skipped' ? () => one(d, i) : null }));
    });
    extra(-1, 'Afterwards: what was put back');

    const film = d.pictures.length ? el('section', { class: 'card', 'aria-label': 'Film strip' }, el('h2', {}, 'Film strip'), el('div', { class: 'film' }, d.pictures.map((p) => {
      const name = p.step > 0 && d.steps[p.step - 1] ? d.steps[p.step - 1].text : p.step === 0 ? 'the way to the start' : 'afterwards';
      const b = el('button', { type: 'button' }, picture(p, ''), el('span', { class: 'sr' }, 'Picture at'), el('span', { class: 'when' }, clock(p.at)), text(name, 'of'));
      b.addEventListener('click', () => {
        for (const o of main.querySelectorAll('.film [aria-current]')) o.removeAttribute('aria-current');
        b.setAttribute('aria-current', 'true');
        const r = [...main.querySelectorAll('.step')].find((x) => x.key === (p.step > 0 ? 's' + p.step : p.step ? 'end' : 'start'));
        if (r) { r.open(true); r.scrollIntoView({ block: 'start' }); r.querySelector('button').focus({ preventScroll: true }); }
      });
      return b;
    }))) : null;
    const half = el('span', {}, el('span', {}, '0:00'), el('span', {}, clock(d.s)));
    const rest = [
      d.log.length ? fold("The device's log since it got power (" + d.log.length + ' lines' + (d.log.some((l) => l.at === undefined) ? '; those that do not begin with a time stand here only' : '') + ')', () => logLines(d.log)) : null,
      d.findings.length ? fold('Findings (' + d.findings.length + ')', () => el('ul', { class: 'list' }, d.findings.map(finding))) : null,
      d.seen.length ? fold('What was noted (' + d.seen.length + ')', () => el('ul', { class: 'list' }, d.seen.map((o) => el('li', {}, o.at !== undefined && el('time', {}, clock(o.at)), text(o.what))))) : null,
      d.files.length ? fold('Files in the run’s folder (' + d.files.length + ')', () => el('ul', { class: 'list' }, d.files.map(([k, f]) => el('li', {}, el('a', { href: f }, { xml: 'page source', png: 'picture', jpg: 'picture', log: "device's log", gz: 'recorded traffic' }[k] || k), ' ', el('code', { class: 't soft' }, f))))) : null,
      d.left_out.length ? [el('h3', {}, 'What is not here'), el('ul', { class: 'list' }, d.left_out.map((l) => el('li', { class: 't' }, l)))] : null];
    main.replaceChildren(...[head, film, el('section', { class: 'card' }, el('h2', {}, 'Step by step'), d.no_trace && el('p', { class: 'soft' }, d.no_trace + ' Where the bars begin is not known: they stand one after the other.'),
      el('div', { class: 'scale', 'aria-hidden': 'true' }, el('span'), el('span'), half), list),
      rest.flat().some(Boolean) ? el('section', { class: 'card' }, rest.flat(9).filter(Boolean)) : null].filter(Boolean));
    // One stop for the Tab key in the film and one in the steps; the arrow keys
    // move within.
    rove([...main.querySelectorAll('.film button')], 'ArrowLeft', 'ArrowRight');
    rove([...main.querySelectorAll('.step > button:not([disabled])')], 'ArrowUp', 'ArrowDown');
  };
  const rove = (list, back, on) => {
    list.forEach((b, i) => {
      b.tabIndex = i ? -1 : 0;
      b.addEventListener('focus', () => { for (const o of list) o.tabIndex = o === b ? 0 : -1; });
      b.addEventListener('keydown', (e) => {
        const to = { [back]: i - 1, [on]: i + 1, Home: 0, End: list.length - 1 }[e.key];
        if (to === undefined || e.altKey || e.ctrlKey || e.metaKey || !list[to]) return;
        e.preventDefault();
        list[to].focus();
      });
    });
  };

  const narrow = matchMedia('(max-width: 56rem)');
  const menu = document.querySelector('nav details');
  addEventListener('hashchange', () => {
    const before = now;
    show(location.hash);
    if (now && now !== before) {
      if (narrow.matches) menu.open = false;
      scrollTo(0, 0);
      main.querySelector('h1').focus({ preventScroll: true });
    }
  });
  if (narrow.matches) menu.open = false;
  show(location.hash);
  if (now) now.link.scrollIntoView({ block: 'nearest' });
  addEventListener('beforeprint', () => { for (const img of main.querySelectorAll('img:not([src])')) load(img, img.dataset.id); });
})();
