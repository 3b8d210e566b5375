import { existsSync } from 'node:fs';

/** A browser comes with the system or not at all: none is downloaded for a test. */
export const CHROMIUM = ['/usr/bin/chromium', '/usr/bin/chromium-browser', '/usr/bin/google-chrome'].find(existsSync);

/** The contrast ratio of each text with its background, as WCAG 2 defines it. */
export const CONTRASTS = String.raw`(() => {
  const channels = (colour) => (colour.match(/[\d.]+/g) ?? []).map(Number);
  const luminance = (colour) => {
    const [red, green, blue] = channels(colour).map((channel) => {
      const part = channel / 255;
      return part <= 0.04045 ? part / 12.92 : ((part + 0.055) / 1.055) ** 2.4;
    });
    return 0.2126 * red + 0.7152 * green + 0.0722 * blue;
  };
  const backgroundOf = (element) => {
    for (let up = element; up; up = up.parentElement) {
      const { backgroundColor } = getComputedStyle(up);
      if (channels(backgroundColor)[3] !== 0) return backgroundColor;
    }
    return 'rgb(255, 255, 255)';
  };
  return [...document.querySelectorAll('td, th, a, strong, p, h1, label, button, footer')]
    .filter((element) => [...element.childNodes].some((node) => node.nodeType === 3 && node.textContent?.trim()))
    .map((element) => {
      const [one, other] = [luminance(getComputedStyle(element).color), luminance(backgroundOf(element))];
      return (Math.max(one, other) + 0.05) / (Math.min(one, other) + 0.05);
    });
})()`;
