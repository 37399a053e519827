// Runs in the browser: replaces the parts that haprov sends on `live`, and says so when no more events come.
(() => {
  const silence = 15_000;
  const again = 1_000;
  const parts = new Map(
    [...document.querySelectorAll('[data-part]')].map((part) => [part.id, part.outerHTML]),
  );
  const at = (id) => document.getElementById(id);
  let heard = Date.now();
  /** When the picture was a new one last, by this machine's clock: haprov's may be another. */
  let fresh = Date.now();
  let seenAt = document.querySelector('#freshness time')?.dateTime;
  const patience = Number(document.querySelector('main').dataset.patience) * 1000;
  let source;

  function replace(now, next) {
    const focused = now.contains(document.activeElement) ? document.activeElement.id : '';
    const scrolled = [...now.querySelectorAll('.scroll')].map((box) => [
      box.id,
      box.scrollLeft,
      box.scrollTop,
    ]);
    const opened = [...now.querySelectorAll('details[open][id]')].map(({ id }) => id);
    now.className = next.className;
    now.hidden = next.hidden;
    now.replaceChildren(...next.childNodes);
    for (const id of opened) if (at(id)) at(id).open = true;
    for (const [id, left, top] of scrolled) at(id)?.scrollTo(left, top);
    if (focused) at(focused)?.focus({ preventScroll: true });
  }

  function show({ title, icon, html }) {
    document.title = title;
    document.querySelector('link[rel=icon]').href = icon;
    const page = new DOMParser().parseFromString(html, 'text/html');
    const now = page.querySelector('#freshness time')?.dateTime;
    if (now !== seenAt) fresh = Date.now();
    seenAt = now;
    const isOld = Date.now() - fresh > patience && page.getElementById('stale').hidden;
    for (const next of page.querySelectorAll('[data-part]')) {
      const text = next.outerHTML;
      if (isOld && next.id === 'stale') continue;
      if (parts.get(next.id) !== text) replace(at(next.id), next);
      parts.set(next.id, text);
    }
    tellAge();
    if (isOld) tellOld();
  }

  function tellAge() {
    for (const time of document.querySelectorAll('time')) {
      const when = new Date(time.dateTime);
      const isToday = when.toDateString() === new Date().toDateString();
      const words = 'day' in time.dataset || !isToday ? when.toLocaleString() : when.toLocaleTimeString();
      // Changed only where needed, because screen readers read every change in the live region out.
      if (!Number.isNaN(when.getTime()) && time.textContent !== words) time.textContent = words;
    }
    const seen = document.querySelector('#freshness time');
    if (seen) at('age').textContent = `(${ago(Date.now() - new Date(seen.dateTime))})`;
  }

  function ago(ms) {
    const seconds = Math.max(0, Math.round(ms / 1000));
    if (seconds < 100) return `${seconds} s ago`;
    return seconds < 6000 ? `${Math.round(seconds / 60)} min ago` : `${Math.round(seconds / 3600)} h ago`;
  }

  const stale = () =>
    tell('haprov does not answer: it was ended, or is stopped. Started again, it has another address.');
  const tellOld = () => tell('haprov has not come to the end of a look for a while.');

  function tell(why) {
    parts.delete('stale');
    const seen = document.querySelector('#freshness time');
    const words = `${why}${seen ? ` What stands here is from ${seen.textContent}.` : ''}`;
    // Said once, since it is read out.
    if (at('stale').textContent !== words) at('stale').textContent = words;
    at('stale').hidden = false;
    document.title = document.title.replace(/^\S+/, '?');
  }

  function connect() {
    source?.close();
    source = new EventSource('live');
    source.addEventListener('status', ({ data }) => {
      heard = Date.now();
      show(JSON.parse(data));
    });
    source.addEventListener('beat', () => {
      heard = Date.now();
    });
    source.onerror = () => {
      source.close();
      stale();
      setTimeout(connect, again);
    };
  }

  /** Puts what the page at `data-load` says into an opened part, when it is opened first and when somebody asks again. */
  async function load(details) {
    const box = details.querySelector('.lazy');
    const told = document.createElement('p');
    told.className = 'quiet';
    told.setAttribute('role', 'status');
    details.dataset.loading = '';
    box.replaceChildren(told);
    told.textContent = 'Asking the hosts …';
    try {
      const response = await fetch(details.dataset.load, { cache: 'no-store' });
      const page = new DOMParser().parseFromString(await response.text(), 'text/html');
      const content = page.querySelector('[data-content]');
      if (!content) throw new Error('another answer');
      box.append(...content.childNodes);
      told.textContent = `Read at ${new Date().toLocaleTimeString()}.`;
    } catch {
      told.textContent = 'haprov does not answer.';
    }
    const again = document.createElement('button');
    again.textContent = 'Ask again';
    again.onclick = () => {
      details.querySelector('summary').focus();
      load(details);
    };
    told.after(again);
    tellAge();
  }

  document.addEventListener(
    'toggle',
    ({ target }) => {
      if (target.open && target.dataset.load && !('loading' in target.dataset)) load(target);
    },
    true,
  );
  document.addEventListener('keydown', ({ key }) => {
    const opened = key === 'Escape' && document.activeElement?.closest('details[open]');
    if (!opened) return;
    opened.open = false;
    opened.querySelector('summary').focus();
  });

  setInterval(() => {
    tellAge();
    if (Date.now() - fresh > patience && at('stale').hidden) tellOld();
    if (Date.now() - heard < silence) return;
    heard = Date.now();
    stale();
    connect();
  }, 1_000);
  tellAge();
  connect();
})();
