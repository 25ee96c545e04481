/** A run as HTML: facts, pictures, tables. */
import { type Chart, searchCharts, trainingCharts } from "../charts/charts.ts";
import type { RunView } from "../views/run_view.ts";
import type { SearchView, TopCandidate } from "../views/search_view.ts";
import type { TrainingView } from "../views/training_view.ts";
import { duration, grouped, short } from "../views/words.ts";
import { type Html, html } from "./html.ts";

/** The address of a picture. */
export type ChartAddress = (chart: Chart) => string;

/** The pictures of a run. */
export function chartsOf(view: RunView): readonly Chart[] {
  if (view.kind === "search") return searchCharts(view);
  return view.kind === "training" ? trainingCharts(view) : [];
}

type Facts = readonly (readonly [name: string, value: string])[];

function factsOf(view: SearchView | TrainingView): Facts {
  const left: Facts = view.secondsLeft === null ? [] : [["left", duration(view.secondsLeft)]];
  if (view.kind === "training") {
    const { steps, epochs, wantedEpochs, stepsPerSecond, best } = view;
    return [
      ["epochs", `${epochs.length} of ${wantedEpochs}`],
      ["steps", grouped(steps)],
      ...stepsPerSecond === null ? [] : [["rate", `${short(stepsPerSecond)} steps/s`] as const],
      ...left,
      ["best top-1", best?.test ? `${(100 * best.test.top1).toFixed(2)} %` : "none"],
    ];
  }
  const { course: { proposals, seconds, speed }, evaluations, best, counts } = view;
  return [
    ["proposals", grouped(proposals)],
    ["evaluations", grouped(evaluations)],
    ["time", duration(seconds)],
    ...speed ? [["rate", `${short(speed.evaluations)} evaluations/s`] as const] : [],
    ...left,
    ["best", best ? `${short(best.score)} by proposal ${grouped(best.index)}` : "none"],
    ...Object.entries(counts).filter(([, count]) => count > 0).map(([name, count]) => [name, grouped(count)] as const),
  ];
}

/** A button that copies text. */
const copyButton = (what: string, text: string): Html =>
  html`
    <button type="button" data-copy="${text}" aria-label="Copy ${what}">Copy ${what}</button>
  `;

function topRow({ index, score, structure, costs }: TopCandidate, place: number): Html {
  const counts = [costs?.parameters, costs?.macs, costs?.layers].map((count) =>
    count === undefined ? "–" : grouped(count)
  );
  return html`
    <tr><td>${place + 1}</td><td>${short(score)}</td>${counts.map((count) => html`<td>${count}</td>`)}
    <td>${index}</td><td class="structure"><code>${structure}</code></td><td>${copyButton(
      "structure",
      structure,
    )}</td></tr>
  `;
}

function topTable({ top }: SearchView): Html | null {
  if (top.length === 0) return null;
  const names = ["rank", "score", "parameters", "FLOPs (multiply-adds)", "layers", "proposal", "structure", ""];
  return html`
    <h3>Best candidates</h3>
    <div class="wide" role="region" aria-label="Best candidates" tabindex="0">
      <table>
        <thead>
          <tr>${names.map((name) => html`<th scope="col">${name}</th>`)}</tr>
        </thead>
        <tbody>${top.map(topRow)}</tbody>
      </table>
    </div>
  `;
}

/** What there is to know about the pictures. */
function remarks(view: SearchView | TrainingView): Html | null {
  const texts: string[] = [];
  if (view.kind === "search") {
    const { ranked, front, course: { histogram } } = view;
    if (ranked) {
      texts.push("Scores are ranks in the population that a candidate entered: they do not compare over time.");
    }
    if (front && front.every > 1) {
      texts.push(`The front is that of one candidate in ${grouped(front.every)}, and of the best.`);
    }
    if (histogram && histogram.below > 0) texts.push(`Scores far below, not drawn: ${grouped(histogram.below)}.`);
  } else if (view.stride > 1) texts.push(`Each loss of the training is the mean of ${grouped(view.stride)} steps.`);
  return texts.length > 0 ? html`<p class="faint">${texts.join(" ")}</p>` : null;
}

/** A run as a section of a page. */
export function runSection(view: RunView, addressOf: ChartAddress): Html {
  const heading = (state: string): Html => html`<h2>${view.id} <span class="state ${state}">${state}</span></h2>`;
  if (view.kind === "unreadable") return html`${heading("unreadable")}<p role="alert">${view.error}</p>`;
  const charts = chartsOf(view).map((chart) =>
    html`
      <figure><figcaption>${chart.title}</figcaption>
      <img src="${addressOf(chart)}" alt="${chart.description}" width="640" height="360"></figure>
    `
  );
  return html`${heading(view.running ? "running" : "ended")}
<p>${view.title}<br><span class="faint">${view.directory}</span></p>
<dl>${
    factsOf(view).map(([name, value]) =>
      html`
        <div>
          <dt>${name}</dt>
          <dd>${value}</dd>
        </div>
      `
    )
  }</dl>
<p>${copyButton("resume command", view.resume)}${
    view.export === null ? null : copyButton("export command", view.export)
  }<span class="copied" role="status"></span></p>
<div class="charts">${charts}</div>
${remarks(view)}
${view.kind === "search" ? topTable(view) : null}`;
}
