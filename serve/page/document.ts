/** The pages: the live one, and the one of a report. */
import type { RunView } from "../views/run_view.ts";
import { Html, html } from "./html.ts";
import style from "./page.css" with { type: "text" };
import copying from "./copy.js" with { type: "text" };
import live from "./live.js" with { type: "text" };
import { chartsOf, runSection } from "./run_section.ts";

/** Files of the live page by their path, with their media type. */
export const assets: Readonly<Record<string, readonly [type: string, text: string]>> = {
  "/page.css": ["text/css; charset=utf-8", style],
  "/copy.js": ["text/javascript; charset=utf-8", copying],
  "/live.js": ["text/javascript; charset=utf-8", live],
};

function page({ title, head, body }: { readonly title: string; readonly head: Html; readonly body: Html }): string {
  return `${html`
    <!doctype html>
    <html lang="en">
      <head>
    <meta charset="utf-8">
    <meta name="viewport" content="width=device-width, initial-scale=1">
    <meta name="color-scheme" content="light dark">
    <title>${title}</title>
    ${head}
      </head>
      <body>
    ${body}
      </body>
    </html>
  `}`;
}

/** The live page, which fetches runs from the server that it came from and names no other host. */
export function livePage(): string {
  return page({
    title: "zen dashboard",
    head: html`
      <link rel="stylesheet" href="/page.css">
      <script type="module" src="/live.js"></script>
    `,
    body: html`
      <a class="skip" href="#run">To the run</a>
      <header>
        <h1>Runs</h1>
        <p id="connection" role="status">connecting</p>
      </header>
      <nav aria-label="Runs"><ul id="runs"></ul>
      <button type="button" id="compare" disabled>Compare the chosen runs</button></nav>
      <main id="run" tabindex="-1" aria-live="off">
        <p class="faint">No run is chosen.</p>
      </main>
      <noscript>This page needs JavaScript, all of which comes from this server.</noscript>
    `,
  });
}

/** A run as one file that needs no other and names no host. */
export async function reportPage(view: RunView): Promise<string> {
  const policy = "default-src 'none'; style-src 'unsafe-inline'; script-src 'unsafe-inline'; img-src data:";
  const address = (svg: string): string => `data:image/svg+xml;base64,${new TextEncoder().encode(svg).toBase64()}`;
  const drawn = await Promise.all(
    chartsOf(view).map(async (chart) => [chart.name, address(await chart.draw())] as const),
  );
  const pictures = new Map(drawn);
  return page({
    title: `Run ${view.id}`,
    head: html`
      <meta http-equiv="Content-Security-Policy" content="${policy}">
      <style>${new Html(style)}</style>
    `,
    body: html`<main>${runSection(view, ({ name }) => pictures.get(name)!)}</main>
<script type="module">${new Html(copying)}</script>`,
  });
}
