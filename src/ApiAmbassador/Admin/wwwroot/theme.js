// Runs before the first paint, so that nobody sees the other theme flash by. It is no module, because those wait for the page.
(() => {
  const order = ['auto', 'light', 'dark'];
  const kept = () => { try { return localStorage.getItem('theme'); } catch { return null; } };
  const use = theme => {
    document.documentElement.dataset.theme = theme;
    try { localStorage.setItem('theme', theme); } catch { /* Not kept, then. */ }
  };

  document.documentElement.dataset.theme = order.includes(kept()) ? kept() : 'auto';
  document.addEventListener('DOMContentLoaded', () => {
    const button = document.getElementById('theme');
    const label = () => {
      button.textContent = `◐ ${document.documentElement.dataset.theme}`;
      button.setAttribute('aria-label', `Theme: ${document.documentElement.dataset.theme}`);
    };
    button.addEventListener('click', () => {
      use(order[(order.indexOf(document.documentElement.dataset.theme) + 1) % order.length]);
      label();
      dispatchEvent(new Event('themechange'));
    });
    label();
  });
})();
