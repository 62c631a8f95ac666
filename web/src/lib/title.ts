import { useEffect, useSyncExternalStore } from 'react';

let current = '';
const listeners = new Set<() => void>();

/** Names the page: in the window's title and at the end of the breadcrumb. */
export function usePageTitle(title: string): void {
  useEffect(() => {
    current = title;
    document.title = title ? `${title} · Kuznia` : 'Kuznia';
    for (const listener of listeners) listener();
  }, [title]);
}

export function useCurrentTitle(): string {
  return useSyncExternalStore(
    (listener) => {
      listeners.add(listener);
      return () => listeners.delete(listener);
    },
    () => current,
  );
}
