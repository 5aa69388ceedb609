'use strict';
// The page is whole without this script. With it the list is drawn from the data: a hundred
// rows at a time, sorted and searched. Text only ever becomes text.
(() => {
  const $ = id => document.getElementById(id);
  const {say, statuses, words, rows} = JSON.parse($('data').textContent);
  const lang = document.documentElement.lang;
  const count = new Intl.NumberFormat(lang), short = new Intl.NumberFormat(lang, {maximumSignificantDigits: 2});
  const compare = new Intl.Collator(lang, {numeric: true}).compare;
  const STEP = 100, FILLER = 6;
  const fine = statuses.indexOf('cleaned');

  // el makes an element of attributes and children, which are text or elements.
  const el = (tag, attributes, ...children) => {
    const e = tag === 'svg' || tag === 'path' ? document.createElementNS('http://www.w3.org/2000/svg', tag) : document.createElement(tag);
    for (const [name, value] of Object.entries(attributes)) e.setAttribute(name, value);
    e.append(...children.filter(c => c !== ''));
    return e;
  };
  const bytes = n => {
    if (n < 1000) return count.format(n) + ' B';
    let unit = 0;
    for (; n >= 999.5 && unit < 6; unit++) n /= 1000;
    return (n < 9.95 ? short : count).format(n < 9.95 ? n : Math.round(n)) + ' ' + ['B', 'kB', 'MB', 'GB', 'TB', 'PB', 'EB'][unit];
  };
  // A picture is strokes, three numbers each: length, role, and how much of it goes.
  const each = (strokes, f) => { for (let i = 0; i < strokes.length; i += 3) f(strokes[i], strokes[i + 1], strokes[i + 2], i / 3); };
  const sum = (strokes, of) => { let n = 0; each(strokes, (length, role, goes) => { n += of ? goes : length; }); return n; };
  const THIN = 6; // thousandths of the width: a tag of 50 bytes is to be seen in a film
  const bars = (strokes, width, name) => {
    const paths = {}, all = sum(strokes), room = width - THIN * strokes.length / 3; // a path for each colour
    const add = (colour, x, y, w, height) => { paths[colour] = (paths[colour] || '') + `M${x.toFixed(1)} ${y}h${w.toFixed(1)}v${height}h-${w.toFixed(1)}z`; };
    let before = 0;
    each(strokes, (length, role, goes, i) => {
      const x = i * THIN + room * before / all, w = THIN + room * length / all;
      before += length;
      add('r' + role, x, 0, w, 16);
      if (goes) add(goes < length ? 'g1' : 'g2', x, 18, w, 6);
    });
    return el('svg', {class: name, viewBox: '0 0 1000 24', preserveAspectRatio: 'none', 'aria-hidden': 'true'},
      ...Object.entries(paths).map(([colour, d]) => el('path', {class: colour, d})));
  };
  // emptied is what strokes become where nothing has been changed yet: what goes is filler, and the cut is gone.
  const emptied = (strokes, cut) => {
    const after = [];
    let left = sum(strokes) - cut;
    each(strokes, (length, role, goes) => {
      const n = Math.min(length, left);
      if (n > 0) after.push(n, goes * 2 > length ? FILLER : role, 0);
      left -= n;
    });
    return after;
  };
  // Small pictures are drawn when they are about to be seen: ten thousand take seconds.
  const waiting = new Map();
  const picture = cell => {
    cell.append(bars(waiting.get(cell), 1000, 'small'));
    waiting.delete(cell);
    seen.unobserve(cell);
  };
  const seen = new IntersectionObserver(entries => entries.forEach(e => { if (e.isIntersecting && waiting.has(e.target)) picture(e.target); }), {rootMargin: '600px'});
  const drawing = row => {
    const cell = el('td', {class: 'wide'});
    if (row.p) {
      waiting.set(cell, row.p);
      seen.observe(cell);
    }
    return cell;
  };
  const figure = (title, strokes, all) => {
    const size = sum(strokes), goes = sum(strokes, true), width = size < all ? Math.min(1000 - THIN, 1000 * size / all) : 1000;
    return el('figure', {}, el('figcaption', {}, title + ': ' + bytes(size) + (goes ? ', ' + say.ofWhich + ' ' + count.format(goes) : '')), bars(strokes, width, 'large'));
  };

  // details is what is known of a file.
  const details = row => {
    const cell = el('div', {class: 'inside'});
    if (row.p) cell.append(figure(say.before, row.p, row.z), figure(say.after, row.q || emptied(row.p, row.c || 0), row.z));
    if (row.l) {
      const head = el('tr', {}, ...['kind', 'place', 'offset', 'length', 'value', 'fate'].map(k => el('th', {scope: 'col'}, say[k])));
      const body = el('tbody', {});
      for (const [kind, place, value, fate, goes, offset, length, times] of row.l) {
        body.append(el('tr', goes ? {class: 'goes'} : {},
          el('td', {}, words[kind]), el('td', {}, el('bdi', {}, words[place])), el('td', {}, '0x' + offset.toString(16)), el('td', {}, bytes(length)),
          el('td', {}, el('bdi', {}, words[value]), times > 1 ? ` (${say.times.replace('{n}', count.format(times))})` : ''), el('td', {}, words[fate])));
      }
      cell.append(el('div', {class: 'findings', tabindex: 0, role: 'region', 'aria-label': row.n}, el('table', {}, el('thead', {}, head), body)));
    }
    if (row.u) cell.append(el('p', {class: 'cut'}, say.unlisted + ' ' + count.format(row.u)));
    return el('tr', {class: 'more'}, el('td', {colspan: 6}, cell));
  };

  const toggle = (button, row, open) => {
    const tr = button.closest('tr'), is = button.getAttribute('aria-expanded') === 'true';
    if (is === open) return;
    button.setAttribute('aria-expanded', open);
    if (open) tr.after(details(row)); else tr.nextElementSibling.remove();
  };
  const rowOf = new WeakMap();

  const draw = row => {
    const name = el('bdi', {}, row.n), file = el('th', {scope: 'row'});
    if (row.p || row.l || row.u) {
      const button = el('button', {type: 'button', class: 'name', 'aria-expanded': 'false'}, name);
      rowOf.set(button, row);
      button.addEventListener('click', () => toggle(button, row, button.getAttribute('aria-expanded') !== 'true'));
      file.append(button);
    } else file.append(name);
    for (const why of row.r || []) file.append(el('p', {class: 'why'}, why));
    if (row.d) file.append(el('p', {class: 'remedy'}, say.remedy + ' ' + row.d));
    const kinds = (row.k || []).map(k => words[k]).join(', '), status = statuses[row.s];
    return el('tr', {},
      el('td', {}, el('span', {class: 'status s-' + status}, say['status.' + status])), file,
      el('td', {class: 'wide'}, words[row.f]),
      el('td', {class: 'number full size'}, bytes(row.z) + (row.a !== row.z ? ' → ' + bytes(row.a) : '')),
      el('td', {class: 'number full'}, count.format(row.t || 0), kinds ? el('span', {class: 'kinds'}, kinds) : ''),
      drawing(row));
  };

  // What can be searched for is put together when it first is.
  const textOf = row => row.x ||= [row.n, words[row.f], say['status.' + statuses[row.s]], row.d || '', ...(row.r || []),
    ...(row.l || []).flatMap(l => [words[l[0]], words[l[1]], words[l[2]]])].join('\n').toLowerCase();
  const orders = {
    status: (a, b) => a.s - b.s || compare(a.n, b.n),
    name: (a, b) => compare(a.n, b.n),
    format: (a, b) => compare(words[a.f], words[b.f]) || compare(a.n, b.n),
    size: (a, b) => a.z - b.z || compare(a.n, b.n),
    tags: (a, b) => (a.t || 0) - (b.t || 0) || compare(a.n, b.n),
  };
  let by = 'status', down = false, chosen = [], drawn = 0;

  const drawMore = n => {
    const part = el('tbody', {}), first = drawn; // one of its own: what is there need not be laid out again
    for (const end = Math.min(chosen.length, drawn + n); drawn < end; drawn++) part.append(draw(chosen[drawn]));
    const one = part.firstElementChild;
    $('list').append(part);
    $('on').hidden = drawn === chosen.length;
    $('shown').textContent = say.shown.replace('{n}', count.format(drawn)).replace('{all}', count.format(chosen.length));
    return first > 0 && one && one.querySelector('button');
  };
  const select = () => {
    const wanted = $('search').value.trim().toLowerCase().split(/\s+/).filter(Boolean), which = $('which').value;
    chosen = rows.filter(r => (which === '' || (which === 'due' ? r.s < fine : r.s === Number(which))) && wanted.every(w => textOf(r).includes(w)));
    for (const body of document.querySelectorAll('#list > tbody')) body.remove();
    waiting.clear();
    seen.disconnect();
    drawn = 0;
    drawMore(STEP);
  };
  const sort = () => {
    rows.sort(orders[by]);
    if (down) rows.reverse();
    for (const th of document.querySelectorAll('#list th[data-by]')) {
      if (th.dataset.by === by) th.setAttribute('aria-sort', down ? 'descending' : 'ascending'); else th.removeAttribute('aria-sort');
    }
    select();
  };

  for (const th of document.querySelectorAll('#list th[data-by]')) {
    th.dataset.name = th.textContent;
    const button = el('button', {type: 'button'}, ...th.childNodes);
    button.addEventListener('click', () => {
      down = by === th.dataset.by && !down;
      by = th.dataset.by;
      sort();
    });
    th.append(button);
  }
  for (const s of [...new Set(rows.map(r => r.s))].sort((a, b) => a - b)) $('which').append(el('option', {value: s}, say['status.' + statuses[s]]));
  let wait;
  $('search').addEventListener('input', () => { clearTimeout(wait); wait = setTimeout(select, 150); });
  $('which').addEventListener('change', select);
  $('tools').addEventListener('submit', e => { e.preventDefault(); select(); });
  $('more').addEventListener('click', () => (drawMore(STEP) || $('more')).focus());
  $('rest').addEventListener('click', () => {
    const of = chosen, next = drawMore(STEP);
    if (next) next.focus();
    const on = () => { if (chosen === of && drawn < chosen.length) { drawMore(3 * STEP); setTimeout(on); } };
    on();
  });
  $('open').addEventListener('click', () => {
    const buttons = [...document.querySelectorAll('#list .name')], open = buttons.some(b => b.getAttribute('aria-expanded') !== 'true');
    for (const b of buttons) toggle(b, rowOf.get(b), open);
  });
  $('print').addEventListener('click', () => print());
  addEventListener('beforeprint', () => {
    drawMore(Infinity);
    if (drawn <= 10 * STEP) [...waiting.keys()].forEach(picture);
  });
  $('open').hidden = !rows.some(r => r.p || r.l || r.u);
  $('tools').hidden = false;
  sort();
})();
