/**
 * The page's policy allows no style attribute, and the same declarations by script. The library that
 * draws the pictures writes attributes: here they take the other way.
 *
 * @see https://www.w3.org/TR/CSP3/#directive-style-src-attr
 */
export function allowStyleAttributes(): void {
  const setAttribute = Element.prototype.setAttribute;
  Element.prototype.setAttribute = function (this: Element, name: string, value: string) {
    if (name === "style" && (this instanceof SVGElement || this instanceof HTMLElement)) this.style.cssText = value;
    else setAttribute.call(this, name, value);
  };
}
