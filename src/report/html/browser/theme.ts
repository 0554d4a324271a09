export interface Theme {
  /** Called whenever colours change: another theme, the system's, before and after printing. */
  onChange(listener: () => void): void;
}

const CHOICES = ["auto", "light", "dark"];
const STORE = "tidemark-report-theme";

/** Lets a reader choose between the system's theme, light and dark, and remembers it where the browser allows. */
export function startTheme(): Theme {
  const listeners: (() => void)[] = [];
  const changed = () => {
    for (const listener of listeners) listener();
  };
  const group = document.querySelector<HTMLElement>(".theme");
  const buttons = [...document.querySelectorAll<HTMLButtonElement>("[data-theme-choice]")];
  const choose = (choice: string) => {
    if (choice === "auto") delete document.documentElement.dataset["theme"];
    else document.documentElement.dataset["theme"] = choice;
    for (const button of buttons) button.setAttribute("aria-pressed", String(button.dataset["themeChoice"] === choice));
    changed();
  };
  for (const button of buttons) {
    button.addEventListener("click", () => {
      const choice = button.dataset["themeChoice"] ?? "auto";
      choose(choice);
      remember(choice);
    });
  }
  choose(remembered());
  if (group) group.hidden = false;
  matchMedia("(prefers-color-scheme: dark)").addEventListener("change", changed);
  addEventListener("beforeprint", () => {
    document.documentElement.dataset["printing"] = "";
    changed();
  });
  addEventListener("afterprint", () => {
    delete document.documentElement.dataset["printing"];
    changed();
  });
  return { onChange: (listener) => listeners.push(listener) };
}

/** A page opened from a file, or within a frame, may have no storage. */
function remembered(): string {
  try {
    const kept = localStorage.getItem(STORE);
    return kept !== null && CHOICES.includes(kept) ? kept : "auto";
  } catch {
    return "auto";
  }
}

function remember(choice: string): void {
  try {
    localStorage.setItem(STORE, choice);
  } catch {
    // It holds for this visit.
  }
}
