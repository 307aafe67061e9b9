// Runs before the first paint, so that a dark screen does not flash white. Kept out of index.html
// because the content security policy allows no inline script. Colours: canvas in theme/tokens.ts.
(() => {
  const root = document.documentElement;
  let choice = null;
  try {
    choice = localStorage.getItem('parking.theme');
    root.lang = localStorage.getItem('parking.language') ?? root.lang;
  } catch {
    // Storage refused: the system's scheme decides.
  }
  const isDark =
    choice === 'dark' ||
    (choice !== 'light' && window.matchMedia('(prefers-color-scheme: dark)').matches);
  root.dataset.theme = isDark ? 'dark' : 'light';
  root.style.colorScheme = isDark ? 'dark' : 'light';
  root.style.backgroundColor = isDark ? '#0f1615' : '#f2f4f1';
})();
