// The samples name the address that this page came from.
for (const sample of document.querySelectorAll('pre code')) {
  sample.textContent = sample.textContent.replaceAll('http://localhost:8080', location.origin);
}

for (const button of document.querySelectorAll('[data-copies]')) {
  button.addEventListener('click', async () => {
    await navigator.clipboard.writeText(document.getElementById(button.dataset.copies).textContent);
    button.textContent = 'Copied';
    setTimeout(() => { button.textContent = 'Copy'; }, 2000);
  });
}
