/** Preferences kept in the browser; a browser that refuses storage loses them and nothing else. */
export function readPreference(key: string): string | null {
  try {
    return localStorage.getItem(`kuznia.${key}`);
  } catch {
    return null;
  }
}

export function writePreference(key: string, value: string): void {
  try {
    localStorage.setItem(`kuznia.${key}`, value);
  } catch {
    // Private windows may refuse; the choice then lasts for this page.
  }
}
