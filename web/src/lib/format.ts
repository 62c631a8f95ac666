/**
 * Numbers and dates as the interface writes them: true minus, tabular, an en dash for what is
 * not known. Fractions become percent here and nowhere else.
 */
export const NONE = '–';
const MINUS = '−';

let locale = 'en-GB';
const formats = new Map<string, Intl.NumberFormat>();
const dateFormats = new Map<string, Intl.DateTimeFormat>();

export function setFormatLocale(language: string): void {
  locale = language === 'pl' ? 'pl-PL' : 'en-GB';
}

function numberFormat(options: Intl.NumberFormatOptions): Intl.NumberFormat {
  const key = `${locale}${JSON.stringify(options)}`;
  let format = formats.get(key);
  if (!format) {
    format = new Intl.NumberFormat(locale, options);
    formats.set(key, format);
  }
  return format;
}

function dateFormat(options: Intl.DateTimeFormatOptions): Intl.DateTimeFormat {
  const key = `${locale}${JSON.stringify(options)}`;
  let format = dateFormats.get(key);
  if (!format) {
    format = new Intl.DateTimeFormat(locale, { timeZone: 'UTC', ...options });
    dateFormats.set(key, format);
  }
  return format;
}

type Maybe<T> = T | null | undefined;

function known(value: Maybe<number>): value is number {
  return value !== null && value !== undefined && Number.isFinite(value);
}

function write(value: number, options: Intl.NumberFormatOptions): string {
  // Intl writes a hyphen; and "-0.00" should not carry a sign at all.
  const digits = options.maximumFractionDigits ?? 2;
  const rounded = Math.abs(value) < 0.5 * 10 ** -digits ? 0 : value;
  return numberFormat(options).format(rounded).replace('-', MINUS);
}

const fixed = (digits: number, signed: boolean): Intl.NumberFormatOptions => ({
  minimumFractionDigits: digits,
  maximumFractionDigits: digits,
  signDisplay: signed ? 'exceptZero' : 'auto',
  useGrouping: 'always' as unknown as boolean,
});

export function formatNumber(value: Maybe<number>, digits = 2): string {
  return known(value) ? write(value, fixed(digits, false)) : NONE;
}

export function formatSigned(value: Maybe<number>, digits = 2): string {
  return known(value) ? write(value, fixed(digits, true)) : NONE;
}

export function formatInteger(value: Maybe<number>): string {
  return formatNumber(value, 0);
}

/** 0.1177 → "11.77%" */
export function formatPercent(value: Maybe<number>, digits = 2): string {
  return known(value) ? `${write(value * 100, fixed(digits, false))}%` : NONE;
}

/** 0.1177 → "+11.77%", −0.1345 → "−13.45%" */
export function formatSignedPercent(value: Maybe<number>, digits = 2): string {
  return known(value) ? `${write(value * 100, fixed(digits, true))}%` : NONE;
}

/** 0.0010 → "10 bp" */
export function formatBasisPoints(value: Maybe<number>, digits = 0): string {
  return known(value) ? `${write(value * 10_000, fixed(digits, false))} bp` : NONE;
}

/** A low and a high as "0.69 – 1.84". */
export function formatInterval(low: Maybe<number>, high: Maybe<number>, digits = 2): string {
  if (!known(low) || !known(high)) return NONE;
  // A dash between two minus signs cannot be read.
  const between = low < 0 || high < 0 ? '…' : '–';
  return `${formatNumber(low, digits)} ${between} ${formatNumber(high, digits)}`;
}

/** Prices keep the decimals their size deserves. */
export function formatPrice(value: Maybe<number>): string {
  if (!known(value)) return NONE;
  const size = Math.abs(value);
  return formatNumber(value, size >= 10_000 ? 0 : size >= 1 ? 2 : 5);
}

/** 8,912 → "8.9K" */
export function formatCompact(value: Maybe<number>): string {
  if (!known(value)) return NONE;
  // British English writes a small k where every chart has K.
  const language = locale === 'en-GB' ? 'en-US' : locale;
  const digits = Math.abs(value) >= 1000 ? 1 : 0;
  return new Intl.NumberFormat(language, { notation: 'compact', maximumFractionDigits: digits })
    .format(value)
    .replace('-', MINUS);
}

export function formatBytes(value: Maybe<number>): string {
  if (!known(value)) return NONE;
  const units = ['B', 'kB', 'MB', 'GB', 'TB'];
  let size = value;
  let unit = 0;
  while (size >= 1000 && unit < units.length - 1) {
    size /= 1000;
    unit += 1;
  }
  return `${formatNumber(size, unit === 0 || size >= 100 ? 0 : 1)} ${units[unit]}`;
}

/** Seconds as "41.8 s", "3 min 12 s", "2 h 5 min". */
export function formatDuration(seconds: Maybe<number>): string {
  if (!known(seconds)) return NONE;
  if (seconds < 1) return `${formatInteger(seconds * 1000)} ms`;
  if (seconds < 60) return `${formatNumber(seconds, 1)} s`;
  if (seconds < 3600) return `${Math.floor(seconds / 60)} min ${Math.round(seconds % 60)} s`;
  return `${Math.floor(seconds / 3600)} h ${Math.round((seconds % 3600) / 60)} min`;
}

type Moment = Maybe<string | number | Date>;

function moment(value: Moment): Date | null {
  if (value === null || value === undefined || value === '') return null;
  const date = new Date(value);
  return Number.isNaN(date.getTime()) ? null : date;
}

/** 24 Jun 2015 */
export function formatDate(value: Moment): string {
  const date = moment(value);
  return date ? dateFormat({ day: 'numeric', month: 'short', year: 'numeric' }).format(date) : NONE;
}

/** 2026-11-11 */
export function formatIsoDate(value: Moment): string {
  return moment(value)?.toISOString().slice(0, 10) ?? NONE;
}

/** 2026-11-11 15:00 (UTC) */
export function formatTime(value: Moment): string {
  return moment(value)?.toISOString().slice(0, 16).replace('T', ' ') ?? NONE;
}

/** "3 minutes ago"; falls back to the date after a month. */
export function formatAgo(value: Moment, now: number = Date.now()): string {
  const date = moment(value);
  if (!date) return NONE;
  const seconds = (date.getTime() - now) / 1000;
  const relative = new Intl.RelativeTimeFormat(locale, { numeric: 'auto', style: 'short' });
  const size = Math.abs(seconds);
  if (size < 45) return relative.format(0, 'second');
  if (size < 3600) return relative.format(Math.round(seconds / 60), 'minute');
  if (size < 86_400) return relative.format(Math.round(seconds / 3600), 'hour');
  if (size < 30 * 86_400) return relative.format(Math.round(seconds / 86_400), 'day');
  return formatDate(date);
}

/** Twelve narrow month names of the language, January first. */
export function monthLetters(): string[] {
  const format = dateFormat({ month: 'narrow' });
  return Array.from({ length: 12 }, (_, month) =>
    format.format(new Date(Date.UTC(2024, month, 1))),
  );
}

export function monthName(month: number): string {
  return dateFormat({ month: 'long' }).format(new Date(Date.UTC(2024, month - 1, 1)));
}

/** The class that colours a number by its sign. The sign itself is always written too. */
export function toneOf(value: Maybe<number>): string {
  if (!known(value) || value === 0) return '';
  return value > 0 ? 'text-gain' : 'text-loss';
}

/** The last characters of a UUID, enough to tell two apart. */
export function shortId(id: string): string {
  return id.replaceAll('-', '').slice(-8);
}

/** `sha256:4e1c9ab…` → `4e1c9ab` */
export function shortDigest(digest: Maybe<string>): string {
  return digest ? digest.replace(/^\w+:/, '').slice(0, 8) : NONE;
}
