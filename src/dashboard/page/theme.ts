import { signal } from '@preact/signals';

const stored = 'signalbox theme';
const dark = matchMedia('(prefers-color-scheme: dark)');

/** The user's choice. */
export const choice = signal(localStorage.getItem(stored) ?? 'auto');
/** The theme in use. */
export const theme = signal(resolved());

export function nextTheme(): void {
  choice.value = choice.value === 'auto' ? (dark.matches ? 'light' : 'dark') : 'auto';
  localStorage.setItem(stored, choice.value);
  applyTheme();
}

export function applyTheme(): void {
  document.documentElement.style.colorScheme = resolved();
  theme.value = resolved();
}

dark.addEventListener('change', applyTheme);

function resolved(): string {
  return choice.value === 'auto' ? (dark.matches ? 'dark' : 'light') : choice.value;
}
