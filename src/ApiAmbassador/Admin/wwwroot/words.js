// Numbers and times as people read them.

/** A rate in at most five letters. */
export const rate = value =>
  value === 0 ? '0' : value < 0.1 ? '<0.1' : value < 10 ? value.toFixed(1) : value < 10_000 ? value.toFixed(0) : value < 1e6 ? `${(value / 1e3).toFixed(0)}k` : `${(value / 1e6).toFixed(1)}M`;

export const milliseconds = value =>
  value === null || value === undefined ? '–' : value < 10 ? `${value.toFixed(1)} ms` : value < 1000 ? `${value.toFixed(0)} ms` : `${(value / 1000).toFixed(1)} s`;

export const span = seconds =>
  seconds < 60 ? `${Math.floor(seconds)} s` : seconds < 3600 ? `${Math.floor(seconds / 60)} min` : seconds < 86_400 ? `${Math.floor(seconds / 3600)} h ${Math.floor(seconds / 60) % 60} min`
    : `${Math.floor(seconds / 86_400)} d ${Math.floor(seconds / 3600) % 24} h`;

export const clock = time => new Date(time).toLocaleTimeString([], { hour: '2-digit', minute: '2-digit', second: '2-digit', hour12: false });

export const plural = (count, word) => `${count} ${word}${count === 1 ? '' : 's'}`;

export const cut = (value, letters) => value.length <= letters ? value : `${value.slice(0, Math.max(1, letters - 1))}…`;

/** An id that is an address, where there is little room. */
export const withoutScheme = id => id.replace(/^https?:\/\//, '');
