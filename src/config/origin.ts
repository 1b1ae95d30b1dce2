// Origins of web pages, as an operator lists them: "https://game.example.org".

/** Whether `text` is a whole origin and nothing more, or "null". */
export function isOrigin(text: string): boolean {
  if (text === "null") return true;
  // Apps that are pages have schemes of their own, such as "capacitor://localhost".
  if (!/^[a-z][a-z0-9+.-]*:\/\/[^/?#@\\\s*]+$/i.test(text)) return false;
  return URL.canParse(text);
}
