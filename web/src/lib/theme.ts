import { useSyncExternalStore } from 'react';
import { writePreference } from '@/lib/storage';

export type Theme = 'dark' | 'light';
export type Palette = 'standard' | 'colour-blind';

const listeners = new Set<() => void>();

function subscribe(listener: () => void): () => void {
  listeners.add(listener);
  return () => listeners.delete(listener);
}

function setAttribute(name: 'theme' | 'palette', value: string): void {
  document.documentElement.dataset[name] = value;
  writePreference(name, value);
  for (const listener of listeners) listener();
}

export const setTheme = (theme: Theme): void => setAttribute('theme', theme);
export const setPalette = (palette: Palette): void => setAttribute('palette', palette);

/** The theme and palette now shown. Charts redraw when it changes. */
export function useTheme(): { theme: Theme; palette: Palette } {
  const key = useSyncExternalStore(
    subscribe,
    () =>
      `${document.documentElement.dataset.theme ?? 'dark'} ${document.documentElement.dataset.palette ?? 'standard'}`,
  );
  const [theme, palette] = key.split(' ') as [Theme, Palette];
  return { theme, palette };
}

/** Resolves a token such as `--gain` to a colour a canvas understands. */
export function token(name: string): string {
  return getComputedStyle(document.documentElement).getPropertyValue(name).trim();
}
