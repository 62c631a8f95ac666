// Runs before the first paint, apart from the bundle, so that the page never flashes in the other theme.
(() => {
  const root = document.documentElement;
  const read = (key) => {
    try {
      return localStorage.getItem(key);
    } catch {
      return null;
    }
  };
  const light = matchMedia('(prefers-color-scheme: light)').matches;
  root.dataset.theme = read('kuznia.theme') ?? (light ? 'light' : 'dark');
  root.dataset.palette = read('kuznia.palette') ?? 'standard';
})();
