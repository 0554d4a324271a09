import { visible } from "../../../core/escape.ts";
import type { TreeNode } from "../page-data.ts";
import { element } from "./dom.ts";

interface Step {
  readonly path: string;
  readonly nodes: readonly TreeNode[];
}

/** Where in the tree a reader looks: buttons that lead back up, and those that lead further in, for who uses no pointer. */
export class TreeWalk {
  readonly element: HTMLElement = element("div", { class: "walk" });
  readonly #changed: () => void;
  #steps: Step[];

  constructor(nodes: readonly TreeNode[], changed: () => void) {
    this.#changed = changed;
    this.#steps = [{ path: "", nodes }];
    this.#show();
  }

  get nodes(): readonly TreeNode[] {
    return this.#steps.at(-1)?.nodes ?? [];
  }

  get path(): string {
    return this.#steps.at(-1)?.path ?? "";
  }

  /** @param path of the node, from the root */
  into(node: TreeNode, path: string): void {
    if (node.children === undefined) return;
    this.#steps.push({ path, nodes: node.children });
    this.#show();
    this.#changed();
  }

  #back(to: number): void {
    this.#steps = this.#steps.slice(0, to + 1);
    this.#show();
    this.#changed();
  }

  #show(): void {
    const hadFocus = this.element.contains(document.activeElement);
    const up = this.#steps.map((step, at) => this.#button(at === 0 ? "All" : lastPart(step.path), () => this.#back(at), at === this.#steps.length - 1));
    const inner = this.nodes.filter(({ children }) => children !== undefined).slice(0, 12);
    const into = inner.map((node) => this.#button(node.name, () => this.into(node, this.path + node.name), false));
    this.element.replaceChildren(
      element("div", { class: "crumbs", role: "group", "aria-label": "Looked into" }, ...up),
      ...(into.length > 0 ? [element("div", { class: "into", role: "group", "aria-label": "Look into" }, ...into)] : []),
    );
    if (hadFocus) up.at(-1)?.focus();
  }

  #button(name: string, act: () => void, isCurrent: boolean): HTMLButtonElement {
    const button = element("button", { type: "button", ...(isCurrent && { "aria-current": "true" }) }, visible(name, { maxLength: 40 }));
    button.addEventListener("click", act);
    return button;
  }
}

/** `2024/` of `photos/2024/`. */
function lastPart(path: string): string {
  return path.slice(path.lastIndexOf("/", path.length - 2) + 1);
}
