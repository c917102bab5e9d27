// Texts below an element that are harder to read than 4.5 : 1 against what is behind them. Evaluated in the page as it stands.
(() => {
  // A mixed color is told as color(srgb …) with parts from 0 to 1.
  const numbers = (color) => {
    const parts = (color.match(/[\d.]+/g) ?? []).map(Number);
    return color.startsWith("color(")
      ? [...parts.slice(0, 3).map((part) => part * 255), ...parts.slice(3)]
      : parts;
  };
  const linear = (part) => (part <= 0.03928 ? part / 12.92 : ((part + 0.055) / 1.055) ** 2.4);
  const luminance = ([red, green, blue]) =>
    0.2126 * linear(red / 255) + 0.7152 * linear(green / 255) + 0.0722 * linear(blue / 255);
  const over = (front, back) =>
    [0, 1, 2].map((at) => front[at] * (front[3] ?? 1) + back[at] * (1 - (front[3] ?? 1)));
  const behind = (element) => {
    if (element === null)
      return numbers(getComputedStyle(document.body).getPropertyValue("--vscode-editor-background"));
    const own = numbers(getComputedStyle(element).backgroundColor);
    return (own[3] ?? 1) === 1 ? own : over(own, behind(element.parentElement));
  };
  const faint = new Set();
  const texts = document.createTreeWalker(document.body, NodeFilter.SHOW_TEXT);
  while (texts.nextNode()) {
    const element = texts.currentNode.parentElement;
    const text = texts.currentNode.textContent.trim();
    if (text === "" || !element.checkVisibility({ visibilityProperty: true, opacityProperty: true }))
      continue;
    if (element.closest("head, script, style, :disabled, [aria-hidden=true]")) continue;
    const back = behind(element);
    const [dark, light] = [
      luminance(over(numbers(getComputedStyle(element).color), back)),
      luminance(back),
    ].sort((a, b) => a - b);
    const ratio = (light + 0.05) / (dark + 0.05);
    if (ratio < 4.5) faint.add(`${text.slice(0, 30)} (${element.className}) ${ratio.toFixed(2)}`);
  }
  return [...faint];
})();
