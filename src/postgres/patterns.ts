/** What a plan's pattern of names matches: `*` stands for any characters, all others for themselves. */
export function patternOf(text: string): RegExp {
  return new RegExp(`^${text.split("*").map(escapeRegExp).join("[^]*")}$`);
}

function escapeRegExp(text: string): string {
  return text.replaceAll(/[.*+?^${}()|[\]\\]/g, String.raw`\$&`);
}
