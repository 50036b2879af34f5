// Before the first paint, so that nothing flashes: what this person chose, else what the system says.
const storedTheme = localStorage.getItem('theme');
if (storedTheme === 'light' || storedTheme === 'dark') document.documentElement.dataset.theme = storedTheme;
