// Runs in a page of the web, and gives its address and its document: what is
// there, what it looks like, and nothing that was typed.
const most = 15000, deepest = 300, longest = 4 << 20;
const address = /[\p{L}\p{N}._%+'-]+(?:@|%40)[\p{L}\p{N}.-]+\.\p{L}{2,}/gu;
// Where an e-mail address stands, the owner's name may stand, too: the whole text goes.
const mask = s => { address.lastIndex = 0; return address.test(String(s)) ? '•••' : String(s); };
const masked = s => String(s).replace(address, '•••');
const escaped = s => mask(s).replace(/&/g, '&amp;').replace(/</g, '&lt;').replace(/>/g, '&gt;').replace(/"/g, '&quot;');
const left = new Set(['script', 'style', 'noscript', 'template', 'svg', 'link', 'meta', 'head', 'iframe', 'object', 'embed', 'canvas', 'video', 'audio']);
const empty = new Set(['input', 'img', 'br', 'hr', 'wbr', 'area', 'col', 'source', 'track']);
const kept = ['id', 'name', 'type', 'role', 'alt', 'title', 'for', 'lang', 'placeholder', 'hidden', 'aria-label', 'aria-hidden', 'aria-checked', 'aria-disabled'];
const out = [];
let count = 0, size = 0;
const put = s => { size += s.length; if (size > longest) { throw new Error('ffscert: the document is too large'); } out.push(s); };
const visit = (e, depth) => {
  const tag = e.localName;
  if (left.has(tag) || tag === 'input' && e.type === 'hidden') { return; }
  if (++count > most || depth > deepest) { throw new Error('ffscert: the document is too large'); }
  const attrs = [];
  const add = (n, v) => attrs.push(' ' + n + '="' + escaped(v) + '"');
  for (const n of kept) { if (e.hasAttribute(n)) { add(n, e.getAttribute(n)); } }
  if (e.hasAttribute('href')) { add('href', e.getAttribute('href').split(/[?#]/)[0] || '#'); }
  if (tag === 'input' && ['submit', 'button', 'reset'].includes(e.type)) { add('value', e.value); }
  if (tag === 'input' && e.checked) { add('checked', ''); }
  if (e.disabled) { add('disabled', ''); }
  const style = getComputedStyle(e);
  add('data-computed-color', style.color);
  add('data-computed-font-size', style.fontSize);
  add('data-computed-font-weight', style.fontWeight);
  if (style.backgroundColor !== 'rgba(0, 0, 0, 0)') { add('data-computed-background-color', style.backgroundColor); }
  if (style.backgroundImage !== 'none') { add('data-computed-background-image', 'image'); }
  if (style.opacity !== '1') { add('data-computed-opacity', style.opacity); }
  if (style.display === 'none') { add('data-computed-display', 'none'); }
  if (style.visibility === 'hidden') { add('data-computed-visibility', 'hidden'); }
  put('<' + tag + attrs.join('') + '>');
  if (empty.has(tag)) { return; }
  if (tag !== 'textarea') {
    for (const c of (e.shadowRoot || e).childNodes) {
      if (c.nodeType === Node.ELEMENT_NODE) { visit(c, depth + 1); }
      if (c.nodeType === Node.TEXT_NODE) { put(escaped(c.data)); }
    }
  }
  put('</' + tag + '>');
};
put('<!DOCTYPE html>\n<html lang="' + escaped(document.documentElement.lang) + '"><head><title>' + escaped(document.title) + '</title></head>');
if (document.body) { visit(document.body, 1); }
put('</html>\n');
return {url: masked(document.URL), html: out.join(''), visible: document.visibilityState === 'visible'};
