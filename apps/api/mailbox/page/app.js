// Shows the mailbox. Everything that came by mail enters the page as text; its HTML only in a sandboxed frame.
const element = (id) => document.getElementById(id);
const FRAME_POLICY = "default-src 'none'; style-src 'unsafe-inline'; img-src data:";

let items = [];
let shownId = null;
let listed = '';

async function load() {
  const query = new URLSearchParams({ limit: '500' });
  const to = element('to').value.trim();
  if (to) query.set('to', to);
  try {
    const answer = await fetch(`/dev/mail/messages?${query}`);
    if (!answer.ok) throw new Error(`status ${answer.status}`);
    items = (await answer.json()).items;
    element('status').textContent =
      items.length === 0
        ? 'No mail yet. It appears here by itself.'
        : `${items.length} messages, newest first.`;
  } catch {
    element('status').textContent = 'The mailbox does not answer. Trying again.';
  }
  list();
}

function list() {
  // Redrawn only when something changed: redrawing takes the keyboard's focus out of the list.
  const state = [shownId, ...items.map(({ id }) => id)].join();
  if (state === listed) return;
  listed = state;
  element('list').replaceChildren(
    ...items.map((message) => {
      const button = document.createElement('button');
      button.type = 'button';
      button.textContent = message.subject;
      if (message.id === shownId) button.setAttribute('aria-current', 'true');
      const about = document.createElement('small');
      about.textContent = `${message.to} · ${new Date(message.at).toLocaleTimeString()}`;
      button.append(about);
      button.addEventListener('click', () => show(message));
      const item = document.createElement('li');
      item.append(button);
      return item;
    }),
  );
}

function show(message) {
  shownId = message.id;
  element('message').hidden = false;
  element('subject').textContent = message.subject;
  element('about').textContent = `To ${message.to}, ${new Date(message.at).toLocaleString()}`;
  element('text').textContent = message.text;
  element('headers').textContent = Object.entries(message.headers)
    .map(([name, value]) => `${name}: ${value}`)
    .join('\n');
  const credential = /^Temporary password:\r?\n(.+)$/m.exec(message.text)?.[1];
  element('secret').hidden = !credential;
  element('credential').textContent = credential ?? '';
  element('html').srcdoc =
    `<meta http-equiv="Content-Security-Policy" content="${FRAME_POLICY}">${message.html ?? ''}`;
  list();
}

async function empty() {
  await fetch('/dev/mail/messages', { method: 'DELETE' });
  shownId = null;
  element('message').hidden = true;
  await load();
}

async function copy() {
  await navigator.clipboard.writeText(element('credential').textContent);
  element('status').textContent = 'The temporary password is on the clipboard.';
}

element('filter').addEventListener('submit', (event) => {
  event.preventDefault();
  void load();
});
element('empty').addEventListener('click', () => void empty());
element('copy').addEventListener('click', () => void copy());
setInterval(() => void load(), 3000);
void load();
