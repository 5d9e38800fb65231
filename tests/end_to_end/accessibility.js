// What a page keeps from people who don't see it well, or at all; shadow roots are looked into.
() => {
  const walk = function* (root) {
    for (const element of root.querySelectorAll('*')) {
      yield element;
      if (element.shadowRoot) yield* walk(element.shadowRoot);
    }
  };
  const parentOf = element => element.parentElement ?? element.getRootNode().host ?? null;
  const closest = (element, is) => {
    for (let one = element; one; one = parentOf(one)) if (is(one)) return one;
    return null;
  };
  const isHidden = element => closest(element, one => {
    const style = getComputedStyle(one);
    return style.display === 'none' || style.visibility === 'hidden' || one.getAttribute('aria-hidden') === 'true';
  }) !== null;
  const isTiny = element => { const box = element.getBoundingClientRect(); return box.width < 2 || box.height < 2; };
  const textOf = element => [...element.childNodes].map(node =>
    node.nodeType === Node.TEXT_NODE ? node.data
      : node.nodeType !== Node.ELEMENT_NODE || node.getAttribute('aria-hidden') === 'true' ? ''
        : node.tagName === 'IMG' ? node.alt : node.getAttribute('aria-label') ?? textOf(node)).join(' ');
  const byIds = (element, name) => (element.getAttribute(name) ?? '').split(/\s+/).filter(Boolean)
    .map(id => element.getRootNode().getElementById?.(id)).filter(Boolean).map(textOf).join(' ');
  const labelsOf = element => [...(element.labels ?? [])].map(textOf).join(' ');
  // Streamlit's icons are words of a font: no name of a button.
  const withoutIcons = element => {
    const icons = [...element.querySelectorAll('[data-testid=stIconMaterial]')].map(icon => icon.textContent);
    return icons.reduce((text, icon) => text.replace(icon, ''), textOf(element));
  };
  const nameOf = element => [element.getAttribute('aria-label'), byIds(element, 'aria-labelledby'), labelsOf(element),
    element.matches('input,select,textarea') ? '' : withoutIcons(element), element.title]
    .find(text => text && text.trim())?.trim() ?? '';
  const pen = Object.assign(document.createElement('canvas'), { width: 1, height: 1 })
    .getContext('2d', { willReadFrequently: true });
  const rgba = color => {
    pen.clearRect(0, 0, 1, 1);
    pen.fillStyle = color;
    pen.fillRect(0, 0, 1, 1);
    const [red, green, blue, alpha] = pen.getImageData(0, 0, 1, 1).data;
    return [red, green, blue, alpha / 255];
  };
  const over = ([red, green, blue, alpha], [r, g, b]) =>
    [red * alpha + r * (1 - alpha), green * alpha + g * (1 - alpha), blue * alpha + b * (1 - alpha), 1];
  const luminance = color => {
    const [r, g, b] = color.map(value => (value /= 255) <= 0.04045 ? value / 12.92 : ((value + 0.055) / 1.055) ** 2.4);
    return 0.2126 * r + 0.7152 * g + 0.0722 * b;
  };
  const groundOf = element => {
    const layers = [];
    for (let one = element; one; one = parentOf(one)) {
      if (one instanceof SVGElement) continue;
      const layer = rgba(getComputedStyle(one).backgroundColor);
      layers.push(layer);
      if (layer[3] === 1) break;
    }
    return layers.reverse().reduce((ground, layer) => over(layer, ground), [255, 255, 255, 1]);
  };
  const opacityOf = element => {
    let opacity = 1;
    for (let one = element; one; one = parentOf(one)) opacity *= Number(getComputedStyle(one).opacity);
    return opacity;
  };
  const contrastOf = element => {
    const style = getComputedStyle(element), ground = groundOf(element);
    const ink = rgba(style.color);
    ink[3] *= opacityOf(element);
    const [high, low] = [luminance(over(ink, ground)), luminance(ground)].sort((one, other) => other - one);
    return (high + 0.05) / (low + 0.05);
  };
  const isDisabled = element => closest(element, one =>
    one.disabled || one.getAttribute('aria-disabled') === 'true' || one.getAttribute('data-disabled') === 'true');
  const isLarge = style => {
    const size = parseFloat(style.fontSize);
    return size >= 24 || (size >= 18.66 && Number(style.fontWeight) >= 700);
  };
  const inWords = element => `${element.tagName.toLowerCase()} ${element.dataset?.testid ?? element.className} `
    + `"${textOf(element).trim().slice(0, 50)}"`;
  const UNSEEN = ['SCRIPT', 'STYLE', 'NOSCRIPT', 'TITLE', 'OPTION'];
  const problems = [], headings = [];
  for (const element of walk(document)) {
    if (isHidden(element)) continue;
    const tag = element.tagName;
    if (tag === 'IMG' && !element.hidden && !element.hasAttribute('alt')) problems.push(`no alt: ${element.outerHTML}`);
    if (/^H[1-6]$/.test(tag)) headings.push(Number(tag[1]));
    const isOperated = element.matches('button, a[href], [role=button], [role=slider], input, select, textarea');
    if (isOperated && element.type !== 'hidden' && !nameOf(element)) problems.push(`no name: ${inWords(element)}`);
    const hasText = [...element.childNodes].some(node => node.nodeType === Node.TEXT_NODE && node.data.trim());
    if (!hasText || isTiny(element) || isDisabled(element) || opacityOf(element) === 0) continue;
    // A slider's value stands above its thumb, which is its parent and no ground of it.
    if (closest(element, one => one.dataset?.testid === 'stSliderThumbValue')) continue;
    // A chart's text may lie on a mark that is no ground of it; charts' colors have tests of their own.
    if (element instanceof SVGElement || UNSEEN.includes(tag) || closest(element, one => one.tagName === 'CANVAS')) continue;
    const least = isLarge(getComputedStyle(element)) ? 3 : 4.5, contrast = contrastOf(element);
    if (contrast < least - 0.01) problems.push(`contrast ${contrast.toFixed(2)}: ${inWords(element)}`);
  }
  if (headings.filter(level => level === 1).length !== 1) problems.push(`headings: ${headings}`);
  headings.reduce((before, level) => {
    if (level > before + 1) problems.push(`a heading of level ${level} follows one of level ${before}: ${headings}`);
    return level;
  }, 0);
  return problems;
}
