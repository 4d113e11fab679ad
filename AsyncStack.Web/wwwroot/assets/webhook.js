// Everything that arrives is foreign: it is shown by textContent only, never as markup.
const shown = 400;
const list = document.getElementById('webhooks');
const template = document.getElementById('webhook');
const filter = document.getElementById('filter');
const empty = document.getElementById('empty');
const connection = document.getElementById('connection');
const known = new Set();

filter.value = new URLSearchParams(location.search).get('correlation_id') ?? '';
filter.addEventListener('input', () => {
  for (const item of list.children) hideUnlessWanted(item);
});

const events = new EventSource('/webhook/events');
events.addEventListener('open', () => tell('live', true));
events.addEventListener('error', () => tell('reconnecting…', false));
events.addEventListener('webhook', (event) => show(JSON.parse(event.data)));

function show(webhook) {
  if (known.has(webhook.sequence)) return;
  known.add(webhook.sequence);
  const item = template.content.firstElementChild.cloneNode(true);
  const put = (selector, text) => { item.querySelector(selector).textContent = text; };
  const verdict = webhook.verified ? (webhook.repeat ? 'repeat' : 'verified') : 'refused';
  item.querySelector('.verdict').classList.add(verdict);
  put('.verdict', verdict);
  put('.type', webhook.type ?? 'untyped');
  put('.correlation', webhook.correlation_id ?? '');
  put('.id', webhook.webhook_id);
  put('.reason', webhook.reason ?? '');
  item.querySelector('.reason').hidden = !webhook.reason;
  put('.body', typeof webhook.body === 'string' ? webhook.body : JSON.stringify(webhook.body, null, 2));
  const received = new Date(webhook.received_at);
  put('time', received.toLocaleTimeString([], { hour12: false }));
  item.querySelector('time').dateTime = webhook.received_at;
  item.querySelector('time').title = received.toLocaleString();
  item.dataset.text = `${webhook.webhook_id} ${webhook.type ?? ''} ${webhook.correlation_id ?? ''}`.toLowerCase();
  hideUnlessWanted(item);
  list.prepend(item);
  empty.hidden = true;
  if (list.children.length > shown) list.lastElementChild.remove();
}

function hideUnlessWanted(item) {
  item.hidden = !item.dataset.text.includes(filter.value.trim().toLowerCase());
}

function tell(state, live) {
  connection.textContent = state;
  connection.classList.toggle('live', live);
}
