/** Names of ICU's own notation, in small letters, and those of a language tag. https://unicode.org/reports/tr35/#Key_And_Type_Definitions_ */
const KEYS: Readonly<Record<string, string>> = {
  colalternate: "ka",
  colbackwards: "kb",
  colcasefirst: "kf",
  colcaselevel: "kc",
  colnormalization: "kk",
  colnumeric: "kn",
  colreorder: "kr",
  colstrength: "ks",
  collation: "co",
};
const VALUES: Readonly<Record<string, string>> = {
  yes: "true",
  no: "false",
  primary: "level1",
  secondary: "level2",
  tertiary: "level3",
  quaternary: "level4",
  quarternary: "level4",
  identical: "identic",
  "non-ignorable": "noignore",
  dictionary: "dict",
  gb2312han: "gb2312",
  phonebook: "phonebk",
  traditional: "trad",
};

/**
 * A locale of ICU as a canonical language tag: from 16 on PostgreSQL writes locales so, whatever they were
 * made with. What cannot be told is given back as it is, and equals nothing else.
 */
export function languageTag(locale: string): string {
  const [language = "", words] = locale.split("@");
  const keywords = (words ?? "").split(";").flatMap((word) => {
    const [name = "", value = ""] = word.toLowerCase().split("=");
    return name === "" ? [] : [[KEYS[name], VALUES[value] ?? value] as const];
  });
  const tag = [language === "" ? "und" : language.replaceAll("_", "-"), ...(keywords.length === 0 ? [] : ["u"]), ...keywords.flat()].join("-");
  if (keywords.some(([key]) => key === undefined)) return locale;
  try {
    return Intl.getCanonicalLocales(tag)[0] ?? locale;
  } catch {
    return locale;
  }
}
